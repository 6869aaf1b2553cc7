// A stand-in for Stripe.js, for browsers that go through a purchase offline.
// It has the calls of stripe-js v4.5 that a deferred card payment needs
// (stripe-facts §6) and talks to the emulator that served it.
(function () {
  'use strict';

  var script = document.currentScript;
  var base = script ? script.src.replace(/\/v3\/?(\?.*)?$/, '') : '';

  // ---- words ---------------------------------------------------------------

  var words = {
    en: {
      number: 'Card number', expiry: 'Expiration date', expiryHint: 'MM / YY', cvc: 'Security code', cvcHint: 'CVC',
      badge: 'Test mode', cards: 'Test cards – choose one to fill the form',
      ok: 'Succeeds', auth: 'Asks for 3-D Secure', declined: 'Is declined', funds: 'Has insufficient funds',
      dialog: 'Card authentication', close: 'Close',
      incomplete_number: 'Your card number is incomplete.',
      invalid_number: 'Your card number is invalid.',
      incomplete_expiry: "Your card's expiration date is incomplete.",
      invalid_expiry_month_past: "Your card's expiration date is in the past.",
      invalid_expiry_year: "Your card's expiration year is invalid.",
      incomplete_cvc: "Your card's security code is incomplete.",
      unreachable: 'We are experiencing issues connecting to our payments provider. Please check your internet connection and try again.'
    },
    ja: {
      number: 'カード番号', expiry: '有効期限', expiryHint: '月 / 年', cvc: 'セキュリティコード', cvcHint: 'CVC',
      badge: 'テスト環境', cards: 'テスト用カード（選ぶと入力されます）',
      ok: '決済が成功します', auth: '3Dセキュア認証があります', declined: '拒否されます', funds: '残高不足になります',
      dialog: 'カードの本人認証', close: '閉じる',
      incomplete_number: 'カード番号に不備があります。',
      invalid_number: 'カード番号が無効です。',
      incomplete_expiry: 'カードの有効期限に不備があります。',
      invalid_expiry_month_past: 'カードの有効期限が切れています。',
      invalid_expiry_year: 'カードの有効期限 (年) が無効です。',
      incomplete_cvc: 'カードのセキュリティコードに不備があります。',
      unreachable: '決済サービスに接続できません。インターネット接続を確認して、もう一度お試しください。'
    }
  };

  function language(locale) {
    if (!locale || locale === 'auto') locale = navigator.language || 'en';
    return /^ja/i.test(locale) ? 'ja' : 'en';
  }

  function IntegrationError(message) {
    var e = new Error(message);
    e.name = 'IntegrationError';
    return e;
  }

  // ---- cards ---------------------------------------------------------------

  var brands = [
    { name: 'amex', label: 'AMEX', test: /^3[47]/, groups: [4, 6, 5], lengths: [15], cvc: 4 },
    { name: 'diners', label: 'Diners', test: /^3(0[0-5]|[689])/, groups: [4, 6, 4], lengths: [14, 16], cvc: 3 },
    { name: 'jcb', label: 'JCB', test: /^35/, groups: [4, 4, 4, 4], lengths: [16], cvc: 3 },
    { name: 'unionpay', label: 'UnionPay', test: /^62/, groups: [4, 4, 4, 4, 3], lengths: [16, 19], cvc: 3 },
    { name: 'discover', label: 'Discover', test: /^6(011|4[4-9]|5)/, groups: [4, 4, 4, 4], lengths: [16], cvc: 3 },
    { name: 'mastercard', label: 'Mastercard', test: /^(5[1-5]|2[2-7])/, groups: [4, 4, 4, 4], lengths: [16], cvc: 3 },
    { name: 'visa', label: 'VISA', test: /^4/, groups: [4, 4, 4, 4], lengths: [16], cvc: 3 }
  ];
  var unknownBrand = { name: 'unknown', label: '', groups: [4, 4, 4, 4, 3], lengths: [16], cvc: 3 };

  function brandOf(number) {
    for (var i = 0; i < brands.length; i++) if (brands[i].test.test(number)) return brands[i];
    return unknownBrand;
  }

  function luhn(number) {
    var sum = 0;
    for (var i = 0; i < number.length; i++) {
      var d = +number[number.length - 1 - i];
      if (i % 2) { d *= 2; if (d > 9) d -= 9; }
      sum += d;
    }
    return sum % 10 === 0;
  }

  // digits keeps the digits of what was typed, full-width ones too.
  function digits(text) { return text.normalize('NFKC').replace(/\D/g, ''); }

  function grouped(number, brand) {
    var out = [], at = 0;
    for (var i = 0; i < brand.groups.length && at < number.length; i++) {
      out.push(number.substr(at, brand.groups[i]));
      at += brand.groups[i];
    }
    if (at < number.length) out.push(number.substr(at));
    return out.join(' ');
  }

  function expiryText(d, deleting) {
    if (d.length === 1 && d > '1') d = '0' + d;
    if (d.length < 2 || (d.length === 2 && deleting)) return d;
    return d.slice(0, 2) + ' / ' + d.slice(2, 4);
  }

  // ---- DOM -----------------------------------------------------------------

  function el(tag, attributes, children) {
    var node = document.createElement(tag);
    Object.keys(attributes || {}).forEach(function (name) { node.setAttribute(name, attributes[name]); });
    (children || []).forEach(function (child) {
      node.appendChild(typeof child === 'string' ? document.createTextNode(child) : child);
    });
    return node;
  }

  var styled = null;
  function style() {
    styled = styled || new Promise(function (resolve) {
      var link = el('link', { rel: 'stylesheet', href: base + '/v3/stripe.css' });
      link.onload = link.onerror = function () { resolve(); };
      document.head.appendChild(link);
    });
    return styled;
  }

  function emitter(target) {
    var handlers = {};
    target.on = function (name, f) { (handlers[name] = handlers[name] || []).push(f); return target; };
    target.once = function (name, f) {
      function once(e) { target.off(name, once); f(e); }
      return target.on(name, once);
    };
    target.off = function (name, f) {
      handlers[name] = (handlers[name] || []).filter(function (g) { return f && g !== f; });
      return target;
    };
    return function (name, event) {
      (handlers[name] || []).slice().forEach(function (f) { f(Object.assign({ elementType: target.type }, event)); });
    };
  }

  // ---- the card form -------------------------------------------------------

  var forms = 0;

  function cardForm(text, changed) {
    var suffix = forms++ ? '-' + forms : '';
    var inputs = {}, errors = {}, touched = {}, boxes = {};

    function field(name, autocomplete, hint, max) {
      var id = 'stripetest-' + name + suffix;
      // No name attribute: a form around it must never send a card number.
      inputs[name] = el('input', {
        id: id, type: 'text', inputmode: 'numeric', autocomplete: autocomplete, placeholder: hint, maxlength: max,
        'aria-describedby': id + '-error', autocorrect: 'off', spellcheck: 'false', 'aria-required': 'true'
      });
      errors[name] = el('p', { id: id + '-error', 'class': 'stripetest-error', 'aria-live': 'polite' });
      boxes[name] = el('div', { 'class': 'stripetest-input' }, [inputs[name]]);
      return el('div', { 'class': 'stripetest-field stripetest-field-' + name }, [
        el('label', { 'for': id }, [text[name]]), boxes[name], errors[name]
      ]);
    }

    var brand = el('span', { 'class': 'stripetest-brand', 'aria-hidden': 'true' });
    var root = el('div', { 'class': 'stripetest-form' }, [
      el('div', { 'class': 'stripetest-head' }, [el('span', { 'class': 'stripetest-badge' }, [text.badge])]),
      field('number', 'cc-number', '1234 1234 1234 1234', 26),
      el('div', { 'class': 'stripetest-row' }, [
        field('expiry', 'cc-exp', text.expiryHint, 9), field('cvc', 'cc-csc', text.cvcHint, 4)
      ])
    ]);
    boxes.number.appendChild(brand);

    var self = { root: root, brand: unknownBrand };
    var cards = el('ul', {});
    [['4242424242424242', 'ok'], ['4000002760003184', 'auth'], ['4000000000000002', 'declined'], ['4000000000009995', 'funds']]
      .forEach(function (card) {
        var button = el('button', { type: 'button', 'class': 'stripetest-card', 'data-card': card[0] }, [
          el('span', { 'class': 'stripetest-card-number' }, [grouped(card[0], brandOf(card[0]))]),
          el('span', { 'class': 'stripetest-card-what' }, [text[card[1]]])
        ]);
        button.addEventListener('click', function () { self.fill(card[0]); });
        cards.appendChild(el('li', {}, [button]));
      });
    root.appendChild(el('details', { 'class': 'stripetest-cards', open: '' }, [el('summary', {}, [text.cards]), cards]));

    // write formats an input and leaves the caret behind the same digit.
    function write(input, value) {
      if (input.value === value) return;
      var before = digits(input.value.slice(0, input.selectionStart || 0)).length;
      var atEnd = (input.selectionStart || 0) >= input.value.length;
      input.value = value;
      if (document.activeElement !== input) return;
      var at = 0, seen = 0;
      while (at < value.length && seen < before) if (/\d/.test(value[at++])) seen++;
      if (atEnd) at = value.length;
      input.setSelectionRange(at, at);
    }

    self.values = function () {
      var e = digits(inputs.expiry.value);
      if (e.length === 6) e = e.slice(0, 2) + e.slice(4); // MM / YYYY, as browsers fill it in
      return { number: digits(inputs.number.value), month: e.slice(0, 2), year: e.slice(2, 4), cvc: digits(inputs.cvc.value) };
    };

    self.faults = function () {
      var v = self.values(), out = {}, now = new Date();
      var longest = Math.max.apply(null, self.brand.lengths);
      if (self.brand.lengths.indexOf(v.number.length) < 0) {
        out.number = v.number.length < longest ? 'incomplete_number' : 'invalid_number';
      } else if (!luhn(v.number)) out.number = 'invalid_number';
      if (v.month.length < 2 || v.year.length < 2 || +v.month < 1 || +v.month > 12) out.expiry = 'incomplete_expiry';
      else {
        var months = (2000 + +v.year - now.getFullYear()) * 12 + (+v.month - 1 - now.getMonth());
        if (months < 0) out.expiry = 'invalid_expiry_month_past';
        else if (months > 12 * 50) out.expiry = 'invalid_expiry_year';
      }
      if (v.cvc.length < self.brand.cvc) out.cvc = 'incomplete_cvc';
      return out;
    };

    // show marks the faults of the fields that were left or submitted.
    self.show = function (all) {
      var faults = self.faults();
      Object.keys(inputs).forEach(function (name) {
        var code = (all || touched[name]) ? faults[name] : '';
        errors[name].textContent = code ? text[code] : '';
        boxes[name].classList.toggle('stripetest-bad', !!code);
        if (code) inputs[name].setAttribute('aria-invalid', 'true');
        else inputs[name].removeAttribute('aria-invalid');
      });
      if (all) Object.keys(inputs).forEach(function (name) { touched[name] = true; });
      return faults;
    };

    self.focus = function (name) { inputs[name || 'number'].focus(); };
    self.blur = function () { Object.keys(inputs).forEach(function (name) { inputs[name].blur(); }); };
    self.clear = function () {
      Object.keys(inputs).forEach(function (name) { inputs[name].value = ''; touched[name] = false; });
      update();
      self.show(false);
    };
    self.readOnly = function (on) { Object.keys(inputs).forEach(function (name) { inputs[name].readOnly = on; }); };

    self.fill = function (number) {
      inputs.number.value = number;
      inputs.expiry.value = '12 / ' + String((new Date().getFullYear() + 3) % 100).padStart(2, '0');
      inputs.cvc.value = '123';
      update();
      self.show(false);
    };

    function update() {
      var number = digits(inputs.number.value);
      self.brand = brandOf(number);
      number = number.slice(0, Math.max.apply(null, self.brand.lengths));
      write(inputs.number, grouped(number, self.brand));
      brand.textContent = self.brand.label;
      brand.className = 'stripetest-brand stripetest-brand-' + self.brand.name;
      inputs.cvc.maxLength = self.brand.cvc;
      changed();
    }

    inputs.number.addEventListener('input', update);
    inputs.expiry.addEventListener('input', function (e) {
      var d = digits(inputs.expiry.value);
      if (d.length === 6) d = d.slice(0, 2) + d.slice(4);
      write(inputs.expiry, expiryText(d.slice(0, 4), /^delete/.test(e.inputType || '')));
      changed();
    });
    inputs.cvc.addEventListener('input', function () {
      write(inputs.cvc, digits(inputs.cvc.value).slice(0, self.brand.cvc));
      changed();
    });
    Object.keys(inputs).forEach(function (name) {
      inputs[name].addEventListener('input', function () { if (touched[name]) self.show(false); });
      inputs[name].addEventListener('blur', function () {
        if (inputs[name].value !== '') { touched[name] = true; self.show(false); }
      });
    });
    return self;
  }

  // ---- elements ------------------------------------------------------------

  var lookProperties = {
    colorPrimary: '--st-primary', colorBackground: '--st-background', colorText: '--st-text', colorDanger: '--st-danger',
    colorTextSecondary: '--st-muted', fontFamily: '--st-font', fontSizeBase: '--st-size', borderRadius: '--st-radius',
    spacingUnit: '--st-unit'
  };

  function paymentElement(elements, options) {
    var self = { type: 'payment', _options: options || {} };
    var fire = emitter(self), form = null, host = null, mounting = 0, last = '';

    function changed() {
      elements._submitted = false;
      var faults = form.faults(), v = form.values();
      var event = {
        empty: !(v.number || v.month || v.cvc), complete: Object.keys(faults).length === 0, collapsed: false, value: { type: 'card' }
      };
      var now = JSON.stringify(event);
      if (now !== last) { last = now; fire('change', event); }
    }

    self._look = function () {
      if (!form) return;
      var look = elements._options.appearance || {};
      form.root.className = 'stripetest-form stripetest-theme-' + (look.theme || 'stripe') +
        (look.labels === 'floating' ? ' stripetest-floating' : '');
      Object.keys(lookProperties).forEach(function (name) {
        var value = (look.variables || {})[name];
        if (value) form.root.style.setProperty(lookProperties[name], value);
        else form.root.style.removeProperty(lookProperties[name]);
      });
    };

    self.mount = function (where) {
      var target = typeof where === 'string' ? document.querySelector(where) : where;
      if (!target) throw IntegrationError('The selector you specified (' + where + ') applies to no DOM elements that are currently on the page. Make sure the element exists on the page before calling mount().');
      if (host === target) return;
      self.unmount();
      host = target;
      form = form || cardForm(elements._words, function () { changed(); });
      form.root.lang = elements._language;
      self._look();
      form.readOnly(!!self._options.readOnly);
      host.textContent = '';
      host.appendChild(form.root);
      var turn = ++mounting;
      style().then(function () {
        if (turn === mounting && host) fire('ready', {});
      });
    };
    self.unmount = function () {
      mounting++;
      if (host && form && form.root.parentNode === host) host.removeChild(form.root);
      host = null;
    };
    self.destroy = function () { self.unmount(); form = null; elements._element = null; };
    self.update = function (more) {
      Object.assign(self._options, more);
      if (form && more && 'readOnly' in more) form.readOnly(!!more.readOnly);
    };
    self.focus = function () { if (form) form.focus(); };
    self.blur = function () { if (form) form.blur(); };
    self.clear = function () { if (form) form.clear(); };
    self.collapse = function () {};
    self._form = function () { return host ? form : null; };
    return self;
  }

  function makeElements(stripe, options) {
    options = Object.assign({}, options);
    if (options.clientSecret && options.mode) throw IntegrationError('Invalid value for elements(): You cannot specify both `clientSecret` and `mode`.');
    if (options.mode === 'payment' && !(options.amount > 0 && options.currency)) throw IntegrationError('Invalid value for elements(): `amount` and `currency` are required when `mode` is "payment".');
    var self = { _options: options, _submitted: false, _element: null };
    self._language = language(options.locale || stripe._locale);
    self._words = words[self._language];

    self.create = function (type, elementOptions) {
      if (type !== 'payment') throw IntegrationError('The stand-in for Stripe.js has the payment element only, not "' + type + '".');
      if (self._element) throw IntegrationError("Can't create two Elements of type payment. Use elements.getElement('payment') to access the existing one.");
      self._element = paymentElement(self, elementOptions);
      return self._element;
    };
    self.getElement = function (type) { return type === 'payment' ? self._element : null; };
    self.update = function (more) {
      Object.keys(more || {}).forEach(function (name) {
        if (more[name] === null || more[name] === undefined) delete options[name];
        else options[name] = more[name];
      });
      if (self._element) self._element._look();
    };
    self.fetchUpdates = function () { return Promise.resolve({}); };
    self.submit = function () {
      var form = self._element && self._element._form();
      if (!form) return Promise.reject(IntegrationError('elements.submit() needs a mounted payment element.'));
      var faults = form.show(true);
      var first = ['number', 'expiry', 'cvc'].filter(function (name) { return faults[name]; })[0];
      if (first) {
        form.focus(first);
        return Promise.resolve({ error: { type: 'validation_error', code: faults[first], message: self._words[faults[first]] } });
      }
      self._submitted = true;
      return Promise.resolve({ selectedPaymentMethod: 'card' });
    };
    return self;
  }

  // ---- the API -------------------------------------------------------------

  function flatten(value, name, into) {
    if (value === undefined || value === null) return into;
    if (typeof value === 'object') {
      Object.keys(value).forEach(function (k) { flatten(value[k], name ? name + '[' + k + ']' : k, into); });
    } else into.append(name, String(value));
    return into;
  }

  function api(stripe, method, path, params) {
    var form = flatten(params || {}, '', new URLSearchParams());
    form.append('key', stripe._key);
    var init = { method: method, headers: {} };
    if (stripe._account) init.headers['Stripe-Account'] = stripe._account;
    var url = base + '/v1/' + path;
    if (method === 'GET') url += '?' + form.toString();
    else init.body = form;
    return fetch(url, init).then(function (res) { return res.json(); }).then(function (body) {
      return body.error ? { error: body.error } : { object: body };
    }).catch(function () {
      return { error: { type: 'api_connection_error', message: words[language(stripe._locale)].unreachable } };
    });
  }

  function kindOf(secret) {
    var id = String(secret || '').split('_secret_')[0];
    if (/^pi_/.test(id)) return { path: 'payment_intents/' + id, name: 'paymentIntent', last: 'last_payment_error' };
    if (/^seti_/.test(id)) return { path: 'setup_intents/' + id, name: 'setupIntent', last: 'last_setup_error' };
    throw IntegrationError('Invalid value for a client secret: it should be of the form ${id}_secret_${secret}.');
  }

  function retrieve(stripe, secret) {
    var kind = kindOf(secret);
    return api(stripe, 'GET', kind.path, { client_secret: secret }).then(function (r) {
      var out = {};
      if (r.error) out.error = r.error; else out[kind.name] = r.object;
      return out;
    });
  }

  function methodData(elements, given) {
    var v = elements._element._form().values();
    return Object.assign({ type: 'card' }, given, {
      card: { number: v.number, exp_month: +v.month, exp_year: 2000 + +v.year, cvc: v.cvc }
    });
  }

  function needSubmit(elements, what) {
    if (!elements || !elements._submitted) throw IntegrationError('elements.submit() must be called before ' + what + '.');
  }

  function confirmationToken(stripe, input) {
    input = input || {};
    var elements = input.elements, params = input.params || {};
    var body = { return_url: params.return_url, shipping: params.shipping };
    if (elements) {
      needSubmit(elements, 'stripe.createConfirmationToken()');
      body.setup_future_usage = elements._options.setupFutureUsage;
      body.payment_method_data = methodData(elements, params.payment_method_data);
    } else if (typeof params.payment_method === 'string') {
      body.payment_method = params.payment_method;
    } else throw IntegrationError('stripe.createConfirmationToken() needs elements or params.payment_method.');
    return api(stripe, 'POST', 'confirmation_tokens', body).then(function (r) {
      return r.error ? { error: r.error } : { confirmationToken: r.object };
    });
  }

  // ---- 3-D Secure ----------------------------------------------------------

  // authenticate opens the prompt in a dialog; it ends when the buyer has
  // answered or closed it.
  function authenticate(stripe, page, text, lang) {
    return style().then(function () {
      return new Promise(function (resolve) {
        var frame = el('iframe', { src: page, title: text.dialog, 'class': 'stripetest-frame' });
        var close = el('button', { type: 'button', 'class': 'stripetest-close', 'aria-label': text.close, title: text.close }, ['×']);
        var dialog = el('dialog', { 'class': 'stripetest-dialog', 'aria-label': text.dialog, lang: lang }, [close, frame]);
        var done = false;
        function end() {
          if (done) return;
          done = true;
          window.removeEventListener('message', heard);
          dialog.close();
          dialog.remove();
          resolve();
        }
        function heard(e) {
          if (e.source === frame.contentWindow && e.data && e.data.stripetest === '3ds') end();
        }
        window.addEventListener('message', heard);
        close.addEventListener('click', end);
        dialog.addEventListener('cancel', end); // Escape
        dialog.addEventListener('close', end);
        document.body.appendChild(dialog);
        dialog.showModal();
      });
    });
  }

  // act does the next action of an intent and gives the result.
  function act(stripe, secret, kind, intent) {
    var action = intent.next_action;
    if (action.type === 'redirect_to_url') {
      window.location.assign(action.redirect_to_url.url);
      return new Promise(function () {}); // the page goes away
    }
    var lang = language(stripe._locale);
    var page = base + '/3ds/' + action.use_stripe_sdk.stripe_js.split('/3ds/')[1] + '?locale=' + lang;
    return authenticate(stripe, page, words[lang], lang).then(function () {
      return retrieve(stripe, secret);
    }).then(function (r) {
      var now = r[kind.name];
      if (now && now.status === 'requires_payment_method' && now[kind.last]) return { error: now[kind.last] };
      return r;
    });
  }

  function nextAction(stripe, secret) {
    var kind = kindOf(secret);
    return retrieve(stripe, secret).then(function (r) {
      var intent = r[kind.name];
      if (r.error) return r;
      if (intent.status !== 'requires_action') {
        throw IntegrationError('handleNextAction: The ' + (kind.name === 'setupIntent' ? 'SetupIntent' : 'PaymentIntent') + ' supplied is not in the requires_action state.');
      }
      return act(stripe, secret, kind, intent);
    });
  }

  // confirm is confirmPayment and confirmSetup: token, confirmation, next action,
  // and the way to return_url.
  function confirm(stripe, input) {
    var kind = kindOf(input.clientSecret || (input.elements && input.elements._options.clientSecret));
    var secret = input.clientSecret || input.elements._options.clientSecret;
    var params = input.confirmParams || {};
    if (input.elements && input.elements._options.clientSecret && !input.elements._submitted) {
      return input.elements.submit().then(function (r) { return r.error ? r : confirm(stripe, input); });
    }
    var first = input.elements
      ? confirmationToken(stripe, { elements: input.elements, params: params }) : Promise.resolve({});
    return first.then(function (r) {
      if (r.error) return r;
      var body = { client_secret: secret, return_url: params.return_url, use_stripe_sdk: true };
      if (r.confirmationToken) body.confirmation_token = r.confirmationToken.id;
      else if (params.payment_method) body.payment_method = params.payment_method;
      return api(stripe, 'POST', kind.path + '/confirm', body).then(function (r) {
        if (r.error) return r;
        if (r.object.status === 'requires_action') return act(stripe, secret, kind, r.object);
        var out = {};
        out[kind.name] = r.object;
        return out;
      });
    }).then(function (r) {
      var intent = r[kind.name];
      if (!intent || input.redirect === 'if_required' || !params.return_url) return r;
      var back = new URL(params.return_url), name = kind.name === 'setupIntent' ? 'setup_intent' : 'payment_intent';
      back.searchParams.set(name, intent.id);
      back.searchParams.set(name + '_client_secret', secret);
      back.searchParams.set('redirect_status', 'succeeded');
      window.location.assign(back.toString());
      return new Promise(function () {});
    });
  }

  // ---- Stripe() ------------------------------------------------------------

  function Stripe(key, options) {
    if (typeof key !== 'string' || !/^pk_/.test(key)) {
      throw IntegrationError('Please call Stripe() with your publishable key. You used ' + (key ? 'something else' : 'an empty string') + '.');
    }
    options = options || {};
    var self = { _key: key, _account: options.stripeAccount, _locale: options.locale, version: 3 };
    function later(f) { return function (input) { try { return f(self, input); } catch (e) { return Promise.reject(e); } }; }
    self.elements = function (o) { return makeElements(self, o); };
    self.createConfirmationToken = later(confirmationToken);
    self.handleNextAction = later(function (s, input) { return nextAction(s, input && input.clientSecret); });
    self.retrievePaymentIntent = later(retrieve);
    self.retrieveSetupIntent = later(retrieve);
    self.confirmPayment = later(confirm);
    self.confirmSetup = later(confirm);
    self.createPaymentMethod = later(function (s, input) {
      needSubmit(input.elements, 'stripe.createPaymentMethod()');
      return api(s, 'POST', 'payment_methods', methodData(input.elements, input.params)).then(function (r) {
        return r.error ? { error: r.error } : { paymentMethod: r.object };
      });
    });
    self.registerAppInfo = function () {};
    self._registerWrapper = function () {};
    return self;
  }
  Stripe.version = 3;
  Stripe.stripetest = true;
  window.Stripe = Stripe;
})();
