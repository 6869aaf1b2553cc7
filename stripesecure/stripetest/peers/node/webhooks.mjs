// Events that Stripe's own client for Node.js has signed, posted to our handler.
// Run by ../webhooks_test.go, which gives SHOP_URL and SHOP_SECRETS.
import assert from 'node:assert/strict';
import test from 'node:test';
import Stripe from 'stripe';

const stripe = new Stripe('sk_' + 'test_notUsed', { apiVersion: '2024-06-20' });
const [secret, older] = process.env.SHOP_SECRETS.split(' ');
const limit = { timeout: 20_000 };
const now = () => Math.floor(Date.now() / 1000);

const payload = JSON.stringify({
  id: 'evt_node', object: 'event', api_version: '2024-06-20', created: now(), livemode: false, type: 'payment_intent.succeeded',
  data: { object: { id: 'pi_node', object: 'payment_intent', amount: 1200, description: '山田 花子 “order”', metadata: { other: 'shop' } } },
}, null, 2);

const header = (options) => stripe.webhooks.generateTestHeaderString({ payload, secret, ...options });

const post = async (signature, body = payload) => {
  const headers = { 'content-type': 'application/json; charset=utf-8' };
  if (signature !== undefined) headers['stripe-signature'] = signature;
  return (await fetch(process.env.SHOP_URL, { method: 'POST', headers, body, redirect: 'manual' })).status;
};

const cases = {
  'the right secret': [200, () => post(header({}))],
  'the older secret of a roll': [200, () => post(header({ secret: older }))],
  'four minutes old': [200, () => post(header({ timestamp: now() - 240 }))],
  'another secret': [400, () => post(header({ secret: 'whsec_' + 'anotherEndpointsSecret000001' }))],
  'an empty secret': [400, () => post(header({ secret: '' }))],
  'stale': [400, () => post(header({ timestamp: now() - 310 }))],
  'from the future': [400, () => post(header({ timestamp: now() + 310 }))],
  'a changed byte': [400, () => post(header({}), payload.replace('1200', '1201'))],
  'encoded anew': [400, () => post(header({}), JSON.stringify(JSON.parse(payload)))],
  'cut short': [400, () => post(header({}), payload.slice(0, -1))],
  'another time than was signed': [400, () => post(header({}).replace(/^t=\d+/, `t=${now() + 1}`))],
  'only the scheme v0': [400, () => post(header({ scheme: 'v0' }))],
  'no header': [400, () => post(undefined)],
};
for (const [name, [want, send]] of Object.entries(cases)) {
  test(name, limit, async () => assert.equal(await send(), want));
}

test('what stripe-node takes and what we take is the same', limit, () => {
  assert.equal(stripe.webhooks.constructEvent(payload, header({}), secret).id, 'evt_node');
  assert.throws(() => stripe.webhooks.constructEvent(payload, header({ timestamp: now() - 310 }), secret));
});
