-- The shop's own tables. Money is whole yen, tax included; times are UTC.

create table if not exists products (
  id       text primary key,
  position integer not null,
  price    integer not null check (price > 0),
  tax      integer not null,                      -- per cent: 10, or 8 for food
  stock    integer not null check (stock >= 0)
);

create table if not exists members (
  id      text primary key,
  name    text not null,
  address text not null                           -- JSON
);

create table if not exists sessions (
  id     text primary key,
  member text not null default ''
);

-- A cart is one checkout: its id is the CheckoutID and never changes. Once it is
-- ordered the session gets a new cart, and so a new CheckoutID.
create table if not exists carts (
  id      text primary key,
  session text not null references sessions,
  address text not null default '',               -- JSON, once the buyer gave it
  ordered text not null default ''                -- the order's ref
);
create unique index if not exists one_open_cart on carts (session) where ordered = '';

create table if not exists cart_lines (
  cart     text not null references carts,
  product  text not null references products,
  quantity integer not null check (quantity between 1 and 99),
  primary key (cart, product)
);

create table if not exists orders (
  ref             text primary key,
  payment         text not null unique,           -- the PaymentID under which it was placed
  link_key        text not null,                  -- opens the order without a login
  session         text not null,
  member          text not null,
  language        text not null,
  status          text not null,                  -- setting ③ at first
  address         text not null,                  -- JSON
  shipping        integer not null,
  total           integer not null,
  card            text not null,
  payment_state   text not null,
  payment_version integer not null,
  placed          text not null
);

create table if not exists order_lines (
  ref      text not null references orders,
  product  text not null,
  price    integer not null,
  tax      integer not null,
  quantity integer not null,
  primary key (ref, product)
);

-- The shop's outbox: a mail is written in the transaction of its order.
create table if not exists mails (
  id        integer primary key,
  ref       text not null references orders,
  recipient text not null,
  subject   text not null,
  body      text not null,
  language  text not null,
  sent      text not null
);

create table if not exists config (
  name  text primary key,
  value text not null
);

-- Who works in the shop today.
create table if not exists staff_sessions (
  id    text primary key,
  clerk text not null,
  ends  text not null
);

-- What the shop knows of a payment, by Host.Changed. The ref is empty for a
-- payment without an order: money may have moved all the same.
create table if not exists payments (
  payment    text primary key,
  ref        text not null default '',
  first      text not null default '',            -- the order's status before anything happened to the money
  version    integer not null default 0,
  news       text not null default '',            -- the last news that was taken
  state      text not null,
  captured   integer not null default 0,
  refunded   integer not null default 0,
  hold_until text not null default '',
  due        text not null default ''             -- when the answer to a dispute has to be there
);

-- What a person should know about a payment. It is open until a clerk has seen
-- it, or until it is over by itself.
create table if not exists findings (
  payment text not null,
  code    text not null,
  at      text not null,
  over    integer not null default 0,
  seen    text not null default '',               -- the clerk
  primary key (payment, code)
);
