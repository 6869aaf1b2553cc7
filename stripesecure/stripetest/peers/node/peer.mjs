// Stripe's own client for Node.js against stripetest. Run by ../node_test.go,
// which gives STRIPETEST_URL and STRIPETEST_KEY.
import assert from 'node:assert/strict';
import http from 'node:http';
import test from 'node:test';
import Stripe from 'stripe';

const at = new URL(process.env.STRIPETEST_URL);
const stripe = new Stripe(process.env.STRIPETEST_KEY, {
  apiVersion: '2024-06-20', protocol: 'http', host: at.hostname, port: at.port, telemetry: false, maxNetworkRetries: 0,
});

const limit = { timeout: 20_000 };

const token = async (card) => (await stripe.testHelpers.confirmationTokens.create({ payment_method: card })).id;

const pay = async (card, more = {}) => stripe.paymentIntents.create({
  amount: 1200, currency: 'jpy', capture_method: 'manual', payment_method_types: ['card'],
  confirm: true, confirmation_token: await token(card), return_url: 'https://shop.example/back', ...more,
});

test('customers: create, retrieve, update, delete', limit, async () => {
  const made = await stripe.customers.create({ name: '山田 花子', email: 'hanako@example.com', metadata: { member: '7' } });
  assert.match(made.id, /^cus_/);
  const changed = await stripe.customers.update(made.id, { metadata: { member: '', level: 'gold' } });
  assert.deepEqual({ ...changed.metadata }, { level: 'gold' });
  assert.equal((await stripe.customers.retrieve(made.id)).name, '山田 花子');
  assert.equal((await stripe.customers.del(made.id)).deleted, true);
});

test('a payment: confirm with a token, hold, capture a part, refund the rest', limit, async () => {
  const held = await pay('pm_card_visa', { expand: ['latest_charge'] });
  assert.equal(held.status, 'requires_capture');
  assert.equal(held.amount_capturable, 1200);
  assert.equal(held.latest_charge.captured, false);
  assert.ok(held.latest_charge.payment_method_details.card.capture_before > held.created);
  const taken = await stripe.paymentIntents.capture(held.id, { amount_to_capture: 1000 });
  assert.equal(taken.status, 'succeeded');
  assert.equal(taken.amount_received, 1000);
  const refund = await stripe.refunds.create({ payment_intent: held.id, amount: 400 });
  assert.equal(refund.status, 'succeeded');
  const charge = await stripe.charges.retrieve(taken.latest_charge);
  assert.equal(charge.amount_refunded, 600); // what was not captured, and the refund
});

test('3-D Secure: the bank asks, the buyer answers', limit, async () => {
  for (const [action, status] of [['complete', 'requires_capture'], ['fail', 'requires_payment_method']]) {
    const intent = await pay('pm_card_authenticationRequired', { use_stripe_sdk: false });
    assert.equal(intent.status, 'requires_action');
    assert.equal(intent.next_action.type, 'redirect_to_url');
    const back = await fetch(intent.next_action.redirect_to_url.url, {
      method: 'POST', body: new URLSearchParams({ action }), redirect: 'manual',
    });
    assert.equal(back.status, 303);
    const address = new URL(back.headers.get('location'));
    assert.equal(address.searchParams.get('payment_intent'), intent.id);
    assert.equal((await stripe.paymentIntents.retrieve(intent.id)).status, status);
  }
});

test('lists page by themselves', limit, async () => {
  const customer = await stripe.customers.create({ name: 'List' });
  const made = [];
  for (let i = 0; i < 7; i++) {
    made.unshift((await stripe.paymentIntents.create({ amount: 100 + i, currency: 'jpy', customer: customer.id })).id);
  }
  const found = [];
  for await (const intent of stripe.paymentIntents.list({ customer: customer.id, limit: 3 })) {
    found.push(intent.id);
  }
  assert.deepEqual(found, made);
});

test('an idempotency key gives the first answer again', limit, async () => {
  const options = { idempotencyKey: 'key-' + Date.now() };
  const form = { amount: 500, currency: 'jpy' };
  const first = await stripe.paymentIntents.create(form, options);
  const second = await stripe.paymentIntents.create(form, options);
  assert.equal(second.id, first.id);
  assert.equal(second.lastResponse.headers['idempotent-replayed'], 'true');
  assert.equal(second.lastResponse.headers['original-request'], first.lastResponse.requestId);
  await assert.rejects(stripe.paymentIntents.create({ ...form, amount: 501 }, options),
    (e) => e instanceof Stripe.errors.StripeIdempotencyError);
});

test('errors have their types', limit, async () => {
  await assert.rejects(pay('pm_card_chargeDeclinedInsufficientFunds'), (e) => {
    assert.ok(e instanceof Stripe.errors.StripeCardError, e.type);
    assert.deepEqual([e.statusCode, e.code, e.decline_code], [402, 'card_declined', 'insufficient_funds']);
    assert.equal(e.payment_intent.status, 'requires_payment_method');
    return true;
  });
  await assert.rejects(stripe.paymentIntents.retrieve('pi_none'), (e) => {
    assert.ok(e instanceof Stripe.errors.StripeInvalidRequestError, e.type);
    assert.deepEqual([e.statusCode, e.code], [404, 'resource_missing']);
    return true;
  });
  const limited = new Stripe('pk_' + 'test_stripetestNotARealKey0001', { protocol: 'http', host: at.hostname, port: at.port });
  await assert.rejects(limited.customers.list(), (e) => e instanceof Stripe.errors.StripePermissionError);
});

test('webhooks: what is delivered is signed, what is forged is found out', limit, async () => {
  let taken;
  const delivered = new Promise((resolve) => { taken = resolve; });
  const shop = http.createServer((request, response) => {
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => {
      taken({ body: Buffer.concat(parts), signature: request.headers['stripe-signature'] });
      response.end();
    });
  });
  await new Promise((resolve) => shop.listen(0, '127.0.0.1', resolve));
  const endpoint = await stripe.webhookEndpoints.create({
    url: `http://127.0.0.1:${shop.address().port}/hook`, enabled_events: ['payment_intent.amount_capturable_updated'],
  });
  const held = await pay('pm_card_visa');
  const { body, signature } = await delivered;
  shop.close();
  shop.closeAllConnections();

  const event = stripe.webhooks.constructEvent(body, signature, endpoint.secret);
  assert.equal(event.type, 'payment_intent.amount_capturable_updated');
  assert.equal(event.data.object.id, held.id);
  assert.equal((await stripe.events.retrieve(event.id)).id, event.id);

  const forged = Buffer.from(body.toString().replace('1200', '1'));
  const refused = (e) => e instanceof Stripe.errors.StripeSignatureVerificationError;
  assert.throws(() => stripe.webhooks.constructEvent(forged, signature, endpoint.secret), refused);
  assert.throws(() => stripe.webhooks.constructEvent(body, signature, 'whsec_' + 'another'), refused);
  const old = stripe.webhooks.generateTestHeaderString({ payload: body.toString(), secret: endpoint.secret, timestamp: 1000 });
  assert.throws(() => stripe.webhooks.constructEvent(body, old, endpoint.secret), refused);
});
