// Takes over the form around [data-stripesecure]: makes the confirmation token
// with Stripe.js, posts the form, and does the one thing that the result says.
// The server decides everything; nothing that this script says is believed.
(() => {
  "use strict";

  for (const root of document.querySelectorAll("[data-stripesecure]")) start(root);

  function start(root) {
    const form = root.closest("form");
    const config = JSON.parse(root.dataset.stripesecure);
    if (!form) return;
    const find = (name) => root.querySelector("[data-stripesecure-" + name + "]");
    const field = (name) => form.elements.namedItem("stripesecure_" + name);
    const message = find("message");
    let busy = false;

    const card = config.elements ? newCard(root, config, find) : null;
    if (card) {
      for (const radio of root.querySelectorAll("input[name=stripesecure_card]")) {
        radio.addEventListener("change", () => card.show(chosen() === "new"));
      }
      card.show(chosen() === "new");
      const save = field("save");
      if (save) save.addEventListener("change", () => card.save(save.checked));
    }
    if (!message.hidden) message.focus();

    form.addEventListener("submit", (event) => {
      if (notForUs(event.submitter)) return;
      event.preventDefault();
      if (busy) return;
      pay(event.submitter);
    });
    window.addEventListener("pageshow", (event) => {
      if (event.persisted) setBusy(false); // back button: the page may pay again
    });

    function chosen() {
      const checked = root.querySelector("input[name=stripesecure_card]:checked");
      return checked ? checked.value : "new";
    }

    // Another button of the same form (a coupon, another payment method) goes
    // its own way: one with formaction or data-stripesecure-ignore, or any while
    // this fragment is hidden or disabled.
    function notForUs(button) {
      return root.closest("fieldset:disabled") || root.getClientRects().length === 0 ||
        (button && (button.hasAttribute("formaction") || button.hasAttribute("data-stripesecure-ignore")));
    }

    async function pay(button) {
      const body = new FormData(form, button); // before the buttons are disabled
      body.delete("stripesecure_token");
      setBusy(true);
      say("", true);
      try {
        if (card && chosen() === "new") {
          const made = await card.token();
          if (made.error) return say(made.error.message || config.failed);
          body.set("stripesecure_token", made.id); // never kept: it is used once
        }
      } catch {
        return say(config.failed); // nothing was sent
      }
      await act(await ask(() => post(form.action, body)), 0);
    }

    // Once something was sent a missing answer says nothing: the order may
    // exist. So the same is asked again: the same token is the same try.
    async function ask(send) {
      for (const pause of [500, 1000, 2000, 4000, 8000]) {
        try {
          return await send();
        } catch {
          say(config.checking, true);
          await new Promise((next) => setTimeout(next, pause));
        }
      }
      return { do: "show", page: "checkout", message: { text: config.unknown } };
    }

    async function post(url, body) {
      const answer = await fetch(url, {
        method: "POST", body, credentials: "same-origin", headers: { Accept: "application/json" },
      });
      const result = await answer.json();
      if (!result.do) throw new Error("not a result");
      return result;
    }

    // Asks where the payment stands: no token, no card, the name of this tab.
    function resume() {
      const body = new FormData();
      body.set("stripesecure_tab", (field("tab") && field("tab").value) || "-");
      return post(config.resume || form.action, body);
    }

    async function act(result, polls) {
      if (result.tab && field("tab")) field("tab").value = result.tab;
      switch (result.do) {
        case "handle_action":
          await card.authenticate(result.client_secret);
          return act(await ask(resume), 0);
        case "go_to":
          return location.assign(result.url);
        case "place_order":
          return form.dispatchEvent(new CustomEvent("stripesecure:place_order", { bubbles: true, detail: result }));
        case "wait":
          say(result.message ? result.message.text : "", true);
          if (polls > 60) return say(config.unknown);
          await new Promise((next) => setTimeout(next, result.after_ms || 2000));
          return act(await ask(resume), polls + 1);
        case "show":
          if (result.page === "cart") return location.assign(config.cart);
          return say(result.message ? result.message.text : config.failed);
      }
      say(config.failed);
    }

    function say(text, keepBusy) {
      message.textContent = text;
      message.hidden = !text;
      if (keepBusy) return;
      setBusy(false);
      if (text) message.focus();
    }

    function setBusy(on) {
      busy = on;
      root.classList.toggle("stripesecure-busy", on);
      form.setAttribute("aria-busy", String(on));
      for (const button of form.querySelectorAll("button, input[type=submit]")) {
        button.toggleAttribute("disabled", on);
      }
    }
  }

  // Light text means a dark page, whoever made it so.
  function onDark(root) {
    const [r, g, b] = (getComputedStyle(root).color.match(/[\d.]+/g) || [0, 0, 0]).map(Number);
    return 0.299 * r + 0.587 * g + 0.114 * b > 140;
  }

  // The card form of Stripe: amount, currency, capture and saving as the server
  // will send them; no PaymentIntent exists yet.
  function newCard(root, config, find) {
    const place = find("element");
    const loading = find("loading");
    const failed = find("failed");
    loading.hidden = false;
    let stripe = null;
    let elements = null;
    const broken = () => {
      loading.hidden = true;
      failed.hidden = false;
      place.setAttribute("aria-busy", "false");
    };
    if (typeof window.Stripe !== "function") {
      broken();
    } else {
      const options = { locale: config.language };
      if (config.account) options.stripeAccount = config.account;
      stripe = window.Stripe(config.key, options);
      elements = stripe.elements({ appearance: { theme: onDark(root) ? "night" : "stripe" }, ...config.elements });
      const element = elements.create("payment", { layout: "tabs" });
      element.on("ready", () => {
        loading.hidden = true;
        place.setAttribute("aria-busy", "false");
      });
      element.on("loaderror", broken);
      const mount = document.createElement("div");
      place.append(mount);
      element.mount(mount);
    }
    return {
      show: (on) => { find("new").hidden = !on; },
      save: (on) => { if (elements) elements.update({ setupFutureUsage: on ? "off_session" : null }); },
      token: async () => {
        if (!stripe) return { error: {} };
        const checked = await elements.submit();
        if (checked.error) return { error: checked.error };
        const made = await stripe.createConfirmationToken({ elements });
        return made.error ? { error: made.error } : { id: made.confirmationToken.id };
      },
      authenticate: async (clientSecret) => {
        try {
          await stripe.handleNextAction({ clientSecret });
        } catch {
          // Whatever happened there, the server reads the truth.
        }
      },
    };
  }
})();
