const { ask, sayingIn, h, picture, byline, sign, whole, ready, takeAway, titled } = window.Explorer;
const { number, counted, who } = window.Explorer.motifs;
const $ = (selector) => element.querySelector(selector);
const list = $(".list"), notice = $(".notice"), byWhom = $("[name=who]"), text = $("[name=text]");
const VERDICTS = [["accepted", "Accepted"], ["doubtful", "Doubtful"], ["rejected", "Rejected"]];
const AT_ONCE = 60; // rows that are laid out before more are asked for

let made = null; // what the server said last: all judgements that hold, latest first
let room = AT_ONCE;
let undoing = null; // {words, run}: what the last change is taken back by
const verdicts = new Set(VERDICTS.map(([verdict]) => verdict)); // those that are shown

const shown = () => element.offsetParent !== null;
const say = sayingIn(notice);

// -- what is asked and changed: one change at a time, in the order in which they were made ------------------------
let last = Promise.resolve();
const change = (answer, sent, done, undo) => {
  last = last.then(async () => {
    const told = await ask(answer, { ...sent, who: who() });
    if (told.error) {
      say(told.error, true);
      return load();
    }
    made = told.judgements;
    undoing = undo?.(told) || null;
    say(done(told));
    paint();
  }).catch(() => {});
  return last;
};
const back = (answer, words) => (told, id) => ({ words, run: () => change(answer, { id }, () => `Taken back: ${words}.`) });
const correct = (one, fields) => change(server.correct_judgement, { id: one.id, ...fields }, () => "Changed; the judgement before it stays in the history.",
  (told) => back(server.withdraw_judgement, "changing a judgement")(told, told.new));
const withdraw = (one) => change(server.withdraw_judgement, { id: one.id },
  (told) => (told.before ? `Withdrawn; the one before it holds again: ${told.before}.` : "Withdrawn."),
  (told) => back(server.restore_judgement, "withdrawing a judgement")(told, one.id));
const load = async () => {
  const told = await ask(server.judgements);
  if (told.error) return say(told.error, true);
  made = told.judgements;
  paint();
};

// -- what is shown ------------------------------------------------------------------------------------------------
const words = (one) => [...one.places.flatMap((place) => [place.title, place.artist, place.date, place.work]), one.note, one.who].filter(Boolean).join("\n").toLowerCase();
const chosen = () => (made || []).filter((one) => verdicts.has(one.verdict) && (!byWhom.value || one.who === byWhom.value)
  && text.value.trim().toLowerCase().split(/\s+/).every((word) => words(one).includes(word)));
const side = (place) => h("figure", {},
  place.gone ? h("span", { class: "gone" }, place.own ? "a picture of one’s own, not in the collection" : "no longer in the collection")
    : picture(server, place.work, { box: whole(place.box) ? null : place.box, alt: "" }),
  h("figcaption", {}, h("span", { class: "title", title: place.title }, place.title), place.gone ? null : h("span", { class: "by" }, byline(place))));
const row = (one) => {
  const titles = one.places.map((place) => place.title).join(" and ");
  const note = h("textarea", { rows: 2, "aria-label": `Note on ${titles}` });
  note.value = one.note;
  note.addEventListener("change", () => { if (note.value.trim() !== one.note) correct(one, { note: note.value }); });
  note.addEventListener("keydown", (event) => { event.stopPropagation(); if (event.key === "Escape") { note.value = one.note; note.blur(); } });
  return h("li", { "data-id": one.id, "data-judged": one.verdict },
    h("p", { class: "verdict" }, sign(one.verdict), one.verdict),
    h("div", { class: "pair" }, one.places.map(side)),
    h("div", { class: "said" },
      h("p", { class: "by" }, [one.who === "anonymous" ? "without a name" : one.who, window.Explorer.day(one.when)].filter(Boolean).join(", ")),
      h("p", { class: "links" }, one.addresses.compare ? [h("a", { href: window.Explorer.linked(one.addresses.compare), "aria-label": `Compare ${titles}` }, "Compare"), h("a", { href: window.Explorer.linked(one.addresses.explore), "aria-label": `Search for the detail of ${one.places[0].title}` }, "Search")] : null),
      h("div", { class: "deeds" },
        h("span", { class: "judge", role: "group", "aria-label": `Verdict on ${titles}` }, VERDICTS.map(([verdict, name]) =>
          h("button", { type: "button", "data-verdict": verdict, "aria-pressed": String(one.verdict === verdict), title: name, "aria-label": `${name}: ${titles}`, on: { click: () => { if (one.verdict !== verdict) correct(one, { verdict }); } } }, sign(verdict)))),
        h("button", { type: "button", class: "withdraw", "aria-label": `Withdraw the judgement on ${titles}`, on: { click: () => withdraw(one) } }, "Withdraw"))),
    h("label", { class: "note" }, h("span", {}, "Note"), note));
};
const people = () => {
  const names = [...new Set(made.map((one) => one.who))].sort((one, other) => one.localeCompare(other)), before = byWhom.value;
  byWhom.replaceChildren(h("option", { value: "" }, "everybody"), ...names.map((name) => h("option", { value: name }, name === "anonymous" ? "without a name" : name)));
  byWhom.value = names.includes(before) ? before : "";
};
const paint = () => {
  if (!made) return;
  const focused = document.activeElement?.closest?.(".list li"), at = focused && [...list.children].indexOf(focused);
  const held = focused && (document.activeElement.dataset.verdict ? `[data-verdict=${document.activeElement.dataset.verdict}]` : document.activeElement.tagName === "TEXTAREA" ? "textarea" : ".withdraw");
  people();
  for (const button of $(".verdicts").children) {
    button.setAttribute("aria-pressed", String(verdicts.has(button.dataset.verdict)));
    button.querySelector(".of").textContent = number(made.filter((one) => one.verdict === button.dataset.verdict).length);
  }
  const found = chosen();
  list.replaceChildren(...found.slice(0, room).map(row));
  $(".further").hidden = found.length <= room;
  $(".count").textContent = !made.length ? "" : found.length === made.length ? counted(made.length, "judgement") : `${number(found.length)} of ${counted(made.length, "judgement")}`;
  $(".empty").textContent = found.length ? "" : made.length ? "No judgement is like this." : "Nothing is judged yet. Accept, doubt or reject a match on its card or in its evidence, and it is here when you come back.";
  $(".export").disabled = !found.length;
  $(".undo").disabled = !undoing;
  $(".undo").title = undoing ? `Take back: ${undoing.words}` : "";
  if (focused) (list.children[Math.min(at, list.children.length - 1)]?.querySelector(held) || $(".undo")).focus();
  if (shown()) titled("Bookmarks", "Judgements");
};
$(".verdicts").append(...VERDICTS.map(([verdict, name]) => h("button", { type: "button", "data-verdict": verdict, "aria-pressed": "true", on: { click: () => {
  if (!verdicts.delete(verdict)) verdicts.add(verdict);
  narrowed();
} } }, sign(verdict), name, h("span", { class: "of" }, ""))));
const narrowed = () => { room = AT_ONCE; paint(); };
byWhom.addEventListener("change", narrowed);
text.addEventListener("input", narrowed);
$(".further").addEventListener("click", () => { room += AT_ONCE; paint(); });
$(".undo").addEventListener("click", () => undoing?.run());
takeAway($(".export"), [["csv", "a table (CSV)"], ["json", "JSON"]], (as) => ask(server.take_judgements_away, { as, ids: chosen().map((one) => one.id) }), say);
document.addEventListener("explorer:judged", () => { if (shown()) load(); });

// -- the address: judgements=all ----------------------------------------------------------------------------------
window.Explorer.address.of("judged", { write: (asked) => asked.set("judgements", "all") });
let visible = false;
new IntersectionObserver(() => {
  if (shown() === visible) return;
  visible = shown();
  if (visible) ready.then(load);
}).observe(element);
