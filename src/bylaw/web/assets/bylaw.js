// Pages work without this. With it: keys for everything, live figures, a palette, completion, and passkeys.
"use strict";
(() => {
  const root = document.documentElement, one = (s, w = document) => w.querySelector(s), all = (s, w = document) => [...w.querySelectorAll(s)];
  const words = JSON.parse(one("#words")?.textContent ?? "{}");
  const say = (text) => words[text] ?? text;
  const token = one("meta[name=form]")?.content ?? "";
  const make = (name, fields = {}, ...inside) => { const e = Object.assign(document.createElement(name), fields); e.append(...inside); return e; };
  const ask = (url, options = {}) => fetch(url, { ...options, headers: { "x-bylaw-request": "1", ...options.headers } });
  root.classList.add("js");
  if (matchMedia("(max-width: 48rem)").matches) for (const menu of all(".rail details")) menu.open = false;

  // -- keys: every element with data-key is reached by it; what one types into is left alone
  const typing = (e) => e.target.closest("input:not([type=checkbox],[type=radio]), textarea, select, [contenteditable]");
  const label = (e) => e.dataset.label ?? e.getAttribute("aria-label") ?? e.textContent.trim().replace(/\s+/g, " ");
  const rows = () => all("[data-rows] tbody tr, [data-rows] > li").filter((row) => one("a, button, input", row));
  let led = "";
  const move = (step) => {
    const list = rows(); if (!list.length) return;
    const at = list.findIndex((row) => row.contains(document.activeElement));
    const row = list[Math.max(0, Math.min(list.length - 1, at + step))];
    one("a, button, input", row).focus(); row.scrollIntoView({ block: "nearest" });
  };
  const press = (key) => {
    const found = all(`[data-key="${CSS.escape(key)}"]`).find((e) => !e.disabled && e.offsetParent !== null);
    if (!found) return false;
    found.matches("input:not([type=checkbox],[type=radio]), textarea, select") ? found.focus() : found.click();
    return true;
  };
  document.addEventListener("keydown", (e) => {
    if ((e.ctrlKey || e.metaKey) && e.key === "k") { e.preventDefault(); palette(); return; }
    if ((e.ctrlKey || e.metaKey) && e.key === "Enter") { const f = e.target.closest("form"); if (f) { e.preventDefault(); f.requestSubmit(one("button.first", f) ?? undefined); } return; }
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    if (e.key === "Escape" && typing(e)) { e.target.blur(); return; }
    if (typing(e) || one("dialog[open]")) return;
    const key = led ? `${led} ${e.key}` : e.key;
    led = "";
    if (key === "?") { e.preventDefault(); help(); }
    else if (key === "j" || key === "k") { e.preventDefault(); move(key === "j" ? 1 : -1); }
    else if (press(key)) e.preventDefault();
    else if (all("[data-key]").some((one) => one.dataset.key.startsWith(`${key} `))) { led = key; setTimeout(() => { led = ""; }, 1500); }
  });

  const dialog = (title, ...inside) => {
    const box = make("dialog", {}, make("h2", { textContent: title }), ...inside);
    box.setAttribute("aria-label", title);
    box.addEventListener("close", () => box.remove());
    box.addEventListener("click", (e) => { if (e.target === box) box.close(); });
    document.body.append(box); box.showModal(); return box;
  };
  const help = () => {
    const body = make("tbody"), shown = new Set();
    const add = (key, text) => body.append(make("tr", {}, make("td", {}, ...key.split(" ").flatMap((k) => [make("kbd", { textContent: k }), " "])), make("td", { textContent: text })));
    for (const e of all("[data-key]")) if (!shown.has(e.dataset.key)) { shown.add(e.dataset.key); add(e.dataset.key, label(e)); }
    for (const [key, text] of [["j k", say("Next and previous in a list")], ["Ctrl Enter", say("Send the form")], ["Ctrl K", say("Go to…")], ["Esc", say("Leave a field")]]) add(key, text);
    dialog(say("Keys"), make("table", {}, body));
  };
  const palette = () => {
    const places = all(".rail a, [data-command]").map((e) => ({ text: label(e), go: () => e.click() }));
    const input = make("input", { type: "text", autocomplete: "off" }), list = make("ul", { className: "choices" });
    input.setAttribute("aria-label", say("Go to…"));
    let found = [], at = 0;
    const show = () => {
      const wanted = input.value.trim().toLowerCase();
      found = places.filter((p) => p.text.toLowerCase().includes(wanted)).slice(0, 12);
      if (wanted) found.push({ text: `${say("Find")} “${input.value.trim()}”`, go: () => { location.href = `/console/find?q=${encodeURIComponent(input.value.trim())}`; } });
      at = Math.min(at, Math.max(0, found.length - 1));
      list.replaceChildren(...found.map((p, n) => { const li = make("li", { textContent: p.text, onclick: () => { box.close(); p.go(); } }); li.setAttribute("aria-selected", n === at); return li; }));
    };
    input.addEventListener("input", () => { at = 0; show(); });
    input.addEventListener("keydown", (e) => {
      if (e.key === "ArrowDown" || e.key === "ArrowUp") { e.preventDefault(); at = (at + (e.key === "ArrowDown" ? 1 : -1) + found.length) % (found.length || 1); show(); }
      if (e.key === "Enter" && found[at]) { e.preventDefault(); box.close(); found[at].go(); }
    });
    const box = dialog(say("Go to…"), input, list); show(); input.focus();
  };
  for (const e of all("[data-open=keys]")) e.addEventListener("click", help);
  for (const e of all("[data-open=palette]")) e.addEventListener("click", palette);

  // -- live: figures in [data-count], parts of the page in [data-refresh]; nothing while nobody looks
  const every = (seconds, work) => setInterval(() => { if (!document.hidden) work().catch(() => {}); }, seconds * 1000);
  const live = one("[data-live]")?.dataset.live;
  if (live) every(5, async () => {
    const answer = await ask(live); if (!answer.ok) return;
    for (const [name, text] of Object.entries(await answer.json())) for (const e of all(`[data-count="${CSS.escape(name)}"]`)) e.textContent = text;
  });
  for (const part of all("[data-refresh]")) every(Number(part.dataset.every ?? 3), async () => {
    if (part.contains(document.activeElement)) return;
    const answer = await ask(part.dataset.refresh); if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    part.replaceChildren(...fresh.body.childNodes);
    if (one("[data-done]", part)) location.reload();
  });
  for (const e of all("[data-left]")) { // seconds that were left when the page was made: clocks need not agree
    const ends = performance.now() + Number(e.dataset.left) * 1000;
    const tick = () => {
      const left = Math.max(0, Math.ceil((ends - performance.now()) / 1000));
      e.textContent = left < 60 ? `${left} s` : `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")} min`;
      if (left) return;
      clearInterval(timer);
      if (e.dataset.then === "reload") location.reload(); else e.closest(".message").remove();
    };
    const timer = setInterval(tick, 500); tick();
  }

  // -- small things
  for (const e of all("[data-all]")) e.addEventListener("change", () => all(`input[name="${e.dataset.all}"]`).forEach((box) => { box.checked = e.checked; }));
  for (const e of all("[data-toggle]")) e.addEventListener("click", () => all(e.dataset.toggle).forEach((t) => t.classList.toggle(e.dataset.class ?? "veiled")));
  for (const e of all("form[data-auto] select")) e.addEventListener("change", () => e.form.requestSubmit());
  for (const e of all("form[data-once]")) e.addEventListener("submit", () => setTimeout(() => all("button", e).forEach((b) => { b.disabled = true; })));
  for (const e of all("[data-copy]")) e.addEventListener("click", () => navigator.clipboard?.writeText(e.dataset.copy));

  for (const e of all("form[data-send]")) e.requestSubmit();

  // -- passkeys: what to ask the device for comes from data-ask, what it answers goes to data-answer, and then the page of data-then
  const post = async (url, body) => {
    const answer = await ask(url, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
    const told = await answer.json();
    if (!answer.ok) throw new Error([told.detail, told.hint].filter(Boolean).join(": "));
    return told;
  };
  for (const e of all("[data-passkey]")) {
    const kind = e.dataset.passkey, Key = window.PublicKeyCredential;
    if (!Key?.parseRequestOptionsFromJSON) { e.hidden = true; continue; }
    const wrong = one(".wrong[role=status]", e.closest(".panel") ?? document);
    e.addEventListener("click", async () => {
      e.disabled = true; if (wrong) wrong.hidden = true;
      try {
        const fields = JSON.parse(e.dataset.fields ?? "{}"), named = e.form ? Object.fromEntries(new FormData(e.form)) : {};
        const asked = await post(e.dataset.ask, fields);
        const shown = kind === "create"
          ? await navigator.credentials.create({ publicKey: Key.parseCreationOptionsFromJSON(asked.ask) })
          : await navigator.credentials.get({ publicKey: Key.parseRequestOptionsFromJSON(asked.ask) });
        await post(e.dataset.answer, { ...fields, ...(named.label ? { label: named.label } : {}), ticket: asked.ticket, answer: shown.toJSON() });
        location.href = e.dataset.then;
      } catch (error) {
        e.disabled = false;
        if (wrong) { wrong.textContent = error.name === "NotAllowedError" ? say("No passkey was shown.") : error.message; wrong.hidden = false; }
      }
    });
  }

  // -- completion and errors as one types: POST {text, position, …} → {suggestions: [{text, doc, from}], problems: [{line, column, message, hint}]}
  for (const field of all("[data-complete]")) {
    const list = make("ul", { className: "choices" }), wrong = make("div", { className: "wrong" });
    list.setAttribute("role", "listbox"); wrong.setAttribute("role", "status");
    field.after(list, wrong);
    let found = [], at = 0, timer = 0, asked = 0;
    const show = () => list.replaceChildren(...found.map((s, n) => { const li = make("li", { onmousedown: (e) => { e.preventDefault(); at = n; take(); } }, make("code", { textContent: s.text }), ` ${s.doc ?? ""}`); li.setAttribute("role", "option"); li.setAttribute("aria-selected", n === at); return li; }));
    const take = () => { const s = found[at]; if (!s) return; field.setRangeText(s.text, s.from, field.selectionStart, "end"); found = []; show(); look(); };
    const look = () => { clearTimeout(timer); timer = setTimeout(async () => {
      const mine = ++asked, more = Object.fromEntries(all("[data-with]", field.form ?? document).map((e) => [e.name, e.value]));
      const answer = await ask(field.dataset.complete, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ ...more, text: field.value, position: field.selectionStart }) });
      if (!answer.ok || mine !== asked) return;
      const said = await answer.json();
      found = (said.suggestions ?? []).slice(0, 12); at = 0; show();
      wrong.replaceChildren(...(said.problems ?? []).map((p) => make("div", { textContent: `${p.line ? `${p.line}:${p.column ?? 1} ` : ""}${p.message}${p.hint ? ` — ${p.hint}` : ""}` })));
      field.setAttribute("aria-invalid", (said.problems ?? []).length > 0);
    }, 220); };
    field.addEventListener("input", look);
    field.addEventListener("blur", () => { found = []; show(); });
    field.addEventListener("keydown", (e) => {
      if (!found.length) return;
      if (e.key === "ArrowDown" || e.key === "ArrowUp") { e.preventDefault(); at = (at + (e.key === "ArrowDown" ? 1 : -1) + found.length) % found.length; show(); }
      else if (e.key === "Tab" || (e.key === "Enter" && field.tagName === "INPUT")) { e.preventDefault(); take(); }
      else if (e.key === "Escape") { found = []; show(); }
    });
  }
})();
