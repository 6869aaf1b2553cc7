-- The classification of this project on two CSV files, for DuckDB: what the
-- benchmark measures itself against. {orders}, {payments} and {at} are filled in.
with
payments as (
  select id, order_id as named, upper(currency) as currency, created,
    case when currency = 'jpy' then amount else amount * 100 end::bigint as amount,
    case when currency = 'jpy' then amount_received else amount_received * 100 end::bigint as received,
    case status when 'succeeded' then 'taken' when 'requires_capture' then 'held' when 'processing' then 'processing'
                when 'canceled' then 'gone' else 'open' end as standing
  from read_csv('{payments}', header = true, auto_detect = false, columns = {
    'id': 'varchar', 'created': 'bigint', 'amount': 'decimal(18,2)', 'amount_received': 'decimal(18,2)',
    'currency': 'varchar', 'status': 'varchar', 'customer': 'varchar', 'order_id': 'varchar'})
),
orders as (
  select order_id as id, payment_intent_id as intent, upper(currency) as currency, status,
    case when currency = 'jpy' then amount else amount * 100 end::bigint as amount
  from read_csv('{orders}', header = true, auto_detect = false, columns = {
    'order_id': 'varchar', 'payment_intent_id': 'varchar', 'amount': 'decimal(18,2)', 'currency': 'varchar',
    'status': 'varchar', 'created': 'bigint'})
),
-- A pair is found by the order's payment intent …
sides as (
  select p.id as pid, p.named, p.currency as pcur, p.created, p.amount as pamount, p.received, p.standing,
    o.id as oid, o.intent, o.currency as ocur, o.status as ostatus, o.amount as oamount
  from payments p full join orders o on p.id = o.intent
),
-- … else by the payment's order id: the best of those without an order.
left_payments as (
  select *, row_number() over (partition by named order by
    case standing when 'taken' then 1 when 'held' then 2 when 'processing' then 3 when 'open' then 4 else 5 end,
    created, pid) as place
  from sides where oid is null and pid is not null
),
left_orders as (select oid, intent, ocur, ostatus, oamount from sides where pid is null),
second as (
  select p.pid, p.named, p.pcur, p.created, p.pamount, p.received, p.standing,
    o.oid, o.intent, o.ocur, o.ostatus, o.oamount
  from (select * from left_payments where place = 1 and named is not null) p
  full join left_orders o on p.named = o.oid
),
pairs as (
  select pid, named, pcur, created, pamount, received, standing, oid, intent, ocur, ostatus, oamount
  from sides where pid is not null and oid is not null
  union all
  select * from second
  union all
  select pid, named, pcur, created, pamount, received, standing, null, null, null, null, null
  from left_payments where place > 1 or named is null
),
rivals as (
  select s.oid, s.pid from sides s
  where s.pid is not null and s.oid is not null and s.oid in (select named from left_payments where named is not null)
  union all
  select oid, pid from second where pid is not null and oid is not null
),
facts as (
  select p.*, r.pid as rival,
    case when standing = 'taken' then received else pamount end as stake,
    case when pcur = 'JPY' then created + 30 * 86400 else created + 7 * 86400 end as latest,
    created + 7 * 86400 as earliest
  from pairs p left join rivals r on r.oid = case when p.oid is null then p.named end
),
classified as (
  select *, case
    when oid is null then case
      when standing in ('gone') then case when rival is null and named is not null then 'refused' else 'matched' end
      when standing = 'open' then 'incomplete'
      when rival is not null then 'duplicate_payment'
      when named is not null then 'order_unknown'
      when standing = 'processing' then 'incomplete'
      when standing = 'held' then 'orphan_authorized'
      else 'orphan_captured' end
    when pid is null then case when ostatus in ('paid', 'authorized', 'refunded') then 'payment_missing' else 'matched' end
    when pcur <> ocur then 'currency_mismatch'
    when not case ostatus
      when 'paid' then standing = 'taken' when 'authorized' then standing = 'held' when 'refunded' then standing = 'taken'
      when 'cancelled' then standing = 'gone' else standing in ('open', 'processing') end
    then case when ostatus = 'authorized' and standing = 'gone' and {at} >= earliest then 'hold_expired' else 'status_mismatch' end
    when standing = 'taken' and ostatus = 'refunded' then 'refund_mismatch'
    when stake <> oamount then 'amount_mismatch'
    when standing = 'held' and ostatus in ('paid', 'authorized', 'pending') and {at} >= latest then 'hold_expired'
    when standing = 'held' and ostatus in ('paid', 'authorized', 'pending') and {at} >= earliest - 2 * 86400 then 'hold_expiring'
    else 'matched' end as class
  from facts
)
select class, coalesce(pid, intent, '') as payment_intent, coalesce(oid, named, '') as order_id,
  coalesce(stake, oamount) as amount, coalesce(pcur, ocur) as currency
from classified
