// What the pages do with JavaScript; all of them work without.
"use strict";

(() => {
  const form = document.querySelector("form[data-guard]");
  if (!form) return;

  // Leaving a form that was changed asks first. A form that came back with
  // faults is changed already.
  let changed = Boolean(document.querySelector("[aria-invalid], .faults, .meanwhile"));
  let sending = false;
  form.addEventListener("input", () => { changed = true; });
  form.addEventListener("submit", () => { sending = true; });
  addEventListener("beforeunload", (event) => {
    if (changed && !sending) event.preventDefault();
  });

  // The preview follows what is typed.
  if (!("preview" in form.dataset)) return;
  let timer = 0;
  let running = null;
  const update = async () => {
    running?.abort();
    running = new AbortController();
    const body = new URLSearchParams(new FormData(form));
    body.set("do", "preview");
    try {
      const answer = await fetch(form.action, { method: "POST", body, signal: running.signal });
      if (answer.status !== 200 && answer.status !== 422) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const look of document.querySelectorAll(".look")) {
        const fresh = page.getElementById(look.id);
        if (fresh) look.replaceChildren(...fresh.childNodes);
      }
    } catch (error) {
      if (error.name !== "AbortError") console.warn("preview", error.name);
    }
  };
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(update, 250);
  });
})();
