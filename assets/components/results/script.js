const { h, picture, mark, whole, byline, sign, comparisons } = window.Explorer;
const asked = () => (element.closest("#places") ? window.Explorer.asked() : null); // elsewhere nothing waits
const $ = (selector) => element.querySelector(selector);
const list = $(".cards"), form = $(".result-options");
const VERDICTS = [["accepted", "Accept", "a copy of the detail"], ["doubtful", "Doubtful", "perhaps a copy"], ["rejected", "Reject", "not a copy"]];
const NOTHING = "Nothing convincing: no place in the collection is likely to be a copy of this detail.";
const NOT_ALL = "Nothing convincing: no work in the collection is likely to have all of this.";
const CONVINCING = 0.3;
let unfolded = false; // weaker places are shown although the option is to hide them

// A square frame that shows all of a picture, with marks that stay on it.
const framed = (image, aspect, box) => {
  const sheet = h("span", { class: "sheet" }, image, whole(box) ? null : mark(box));
  const shape = (ratio) => Object.assign(sheet.style, ratio >= 1
    ? { width: "100%", height: 100 / ratio + "%" } : { width: 100 * ratio + "%", height: "100%" });
  shape(aspect);
  return { sheet, shape };
};
const enlarged = (match) => {
  const place = whole(match.box) ? null : match.box;
  const image = picture(server, match.work, { box: place });
  const { sheet, shape } = framed(image, place ? 1 : match.aspect, null);
  image.addEventListener("picture", (event) => { if (place && event.detail.box) sheet.append(mark(event.detail.box)); }, { once: true });
  image.addEventListener("load", () => shape(image.naturalWidth / image.naturalHeight));
  return h("span", { class: "frame" }, sheet);
};

// -- one match --------------------------------------------------------------------------------------------------
const worth = (match) => match.evidence
  ? `${match.evidence.words}, ${match.evidence.percent}` : `${props.value.fits ? "fits" : "similarity"} ${match.score.toFixed(2)}${match.mirrored ? ", mirrored" : ""}`;
const believed = (match) => {
  const why = match.evidence;
  return why && h("button", { type: "button", class: "examine believed " + why.level, title: `${why.words}, ${why.percent}\n${why.transform}\nBoth details side by side, with the points that match`, "aria-label": `Evidence for ${match.title}: ${why.words}, ${why.percent}` },
    h("span", { class: "probability" }, h("span", { class: "level" }, why.words), h("span", { class: "meter", "aria-hidden": "true" }, h("span", { style: { width: why.percent } })), h("span", { class: "percent" }, why.percent)),
    h("span", { class: "transform" }, why.transform));
};
const deeds = (match) => match.evidence && h("div", { class: "deeds", role: "group", "aria-label": "Your judgement, and more" },
  VERDICTS.map(([verdict, word, meaning]) =>
    h("button", { type: "button", "data-verdict": verdict, "aria-pressed": "false", title: `${word}: ${meaning}`, "aria-label": `${word}: ${match.title}` }, sign(verdict))),
  h("button", { type: "button", class: "more", "aria-haspopup": "true", "aria-expanded": "false", title: "Evidence, Compare, Add to a motif, Keep", "aria-label": `More to do with ${match.title}` }, "…"));
const twins = ({ equal }) => equal && h("details", { class: "equal" },
  h("summary", { title: "Their files are the same" }, equal.words),
  h("ul", {}, equal.works.map(({ work, title }) => h("li", {},
    h("button", { type: "button", class: "twin", "data-key": work, title: "See this work; the results stay" }, title))),
  equal.more ? h("li", {}, `and ${equal.more} more`) : null));
const leads = (made) => { // what a click on the picture does: on the contact sheet it opens the evidence
  const { match } = made, evidence = match.evidence && form.elements.contact.checked;
  const label = `${match.rank}. ${match.title}${byline(match) ? ", " + byline(match) : ""}; ${worth(match)}`;
  const follow = made.querySelector(".follow");
  follow.setAttribute("aria-label", evidence ? `Evidence for ${label}` : `Go on from ${label}`);
  follow.title = [match.title, byline(match), evidence ? "See the evidence" : "Go on from here: search this place"].filter(Boolean).join("\n");
};
const card = (match) => {
  const small = framed(picture(server, match.work), match.aspect, match.box).sheet;
  small.removeAttribute("style");
  small.style.setProperty("--aspect", match.aspect);
  small.append(...(match.also || []).map((box) => { const other = mark(box); other.classList.add("other"); return other; }));
  const made = h("li", { class: match.evidence ? "card proven" : "card", "data-work": match.work, "data-box": (match.box || []).join() },
    h("button", { type: "button", class: "follow" }, enlarged(match),
      h("span", { class: "short", "aria-hidden": "true" }, h("span", { class: "rank" }, match.rank), match.evidence ? match.evidence.percent : match.score.toFixed(2))),
    h("span", { class: "badge", hidden: true }),
    h("label", { class: "choose", title: "Choose this place, to search with several (x; with Shift all from the last one)" },
      h("input", { type: "checkbox", "aria-label": `Choose ${match.rank}. ${match.title}` })),
    h("div", { class: "side" },
      h("button", { type: "button", class: "look", title: "See the whole work; the results stay", "aria-label": `See the whole of ${match.title}` }, h("span", { class: "whole" }, small)),
      believed(match) || h("p", { class: "score" }, worth(match)), deeds(match)),
    h("div", { class: "words" },
      h("p", { class: "title", title: match.title }, h("span", { class: "rank" }, match.rank), match.title),
      h("p", { class: "by", title: [match.artist, match.date, match.medium].filter(Boolean).join("\n") },
        ["artist", "date"].map((fact) => (match[fact] ? h("span", { class: fact }, match[fact]) : null))),
      match.medium ? h("p", { class: "medium" }, match.medium) : null,
      twins(match)));
  made.match = { ...match };
  return made;
};
const told = (said) => [`${said.verdict} by ${said.who}, ${said.day}`, said.note].filter(Boolean).join("\n");
const judged = (made) => {
  const said = made.match.judged;
  made.dataset.judged = said ? said.verdict : "";
  const badge = made.querySelector(".badge");
  badge.hidden = !said;
  if (said) badge.replaceChildren(sign(said.verdict), said.verdict);
  badge.title = said ? told(said) : "";
  for (const button of made.querySelectorAll("[data-verdict]")) button.setAttribute("aria-pressed", String(said?.verdict === button.dataset.verdict));
};

const keep = (match) => { // with what was asked, where that is a work
  const from = props.value.asked, why = match.evidence, there = { work: match.work, ...(match.box ? { box: match.box } : {}) };
  const said = why ? { probability: why.probability, ...(why.fit ? { scale: why.fit.scale, turn: why.fit.turn, mirror: Boolean(why.fit.mirror) } : {}) } : {};
  const both = from?.kind === "work" && why;
  const mark = both ? { kind: "match", places: [{ work: from.key, ...(from.box ? { box: from.box } : {}) }, there], said } : { kind: "detail", places: [there], said };
  window.Explorer.keep(mark, both ? window.location.href : `${window.location.origin}${window.location.pathname}?${new URLSearchParams({ work: match.work, ...(match.box ? { box: match.box.join(",") } : {}) })}`);
};

// -- all of them ------------------------------------------------------------------------------------------------
const all = () => [...list.querySelectorAll(".card")];
const shown = () => all().filter((made) => !made.hidden).map((made) => made.match);
const fold = () => {
  const cards = all(), least = Number(form.elements.least.value) / 100;
  const weak = (made) => made.match.evidence && made.match.evidence.probability < least;
  const weaker = cards.filter(weak);
  for (const made of cards) made.hidden = !unfolded && weak(made);
  const probabilities = cards.map((made) => made.match.evidence?.probability).filter((probability) => probability !== undefined);
  const left = cards.length - weaker.length;
  const hidden = `${weaker.length} weaker ${weaker.length === 1 ? "place is" : "places are"} hidden.`;
  const nothing = probabilities.length && (!left || Math.max(...probabilities) < CONVINCING);
  const count = props.value?.count || "";
  $(".count").textContent = weaker.length && !unfolded ? `${left} of ${count}` : count;
  const verdict = $(".verdict");
  const everywhere = props.value?.asked?.several ? NOT_ALL : NOTHING;
  const sorry = props.value?.within ? everywhere.replace("in the collection", "among these") : everywhere;
  verdict.textContent = !nothing ? "" : unfolded || !weaker.length ? sorry : `${sorry} ${hidden}`;
  const unfold = $(".unfold");
  unfold.hidden = !weaker.length;
  unfold.textContent = unfolded ? "Hide the weaker places again" : nothing ? "Show them" : `${hidden} Show them`;
  list.after(unfold);
  if (nothing && !left) verdict.after(unfold);
  headings();
  $(".review").hidden = !probabilities.length || !shown().length;
  $(".keep-search").hidden = !cards.length || props.value?.asked?.kind === "picture";
};

// -- places that are chosen, to search with several -------------------------------------------------------------
const MOST = 8; // parts of one search, as explorer.search.parsing has it
let from = -1; // the card that was chosen last: with Shift all from there
const picked = () => all().filter((made) => !made.hidden && made.querySelector(".choose input").checked);
const tally = () => {
  const count = picked().length, room = props.value?.room ?? 0;
  list.classList.toggle("choosing", count > 0);
  for (const made of all()) made.classList.toggle("picked", made.querySelector(".choose input").checked);
  $(".chosen").hidden = !count;
  const places = `${count} ${count === 1 ? "place" : "places"} chosen`;
  $(".tally").textContent = count > MOST ? `${places}; a search takes ${MOST} at most.`
    : count > room ? `${places}; the search above takes ${room ? `${room} more` : "no more"}.` : places;
  $(".these").disabled = count > MOST;
  $(".beside").disabled = count > room;
};
const pickTo = (made, on, range) => {
  const cards = all().filter((other) => !other.hidden), at = cards.indexOf(made);
  const start = range && from >= 0 && from < cards.length ? from : at;
  for (const other of cards.slice(Math.min(start, at), Math.max(start, at) + 1)) other.querySelector(".choose input").checked = on;
  from = at;
  tally();
};
const unchoose = () => {
  for (const made of all()) made.querySelector(".choose input").checked = false;
  from = -1;
  tally();
};
const result_options = () => ({ // those that are the search's
  top: form.elements.top.value, per_work: form.elements.per_work.value, own: form.elements.own.checked,
  least: form.elements.least.value, learn: form.elements.learn.checked,
});
const show = () => {
  const value = props.value || {};
  if (window.Explorer.outdated(value)) return;
  const cards = value.cards || [];
  window.Explorer.found = cards;
  unfolded = false;
  $(".results").classList.remove("stale");
  list.replaceChildren(...cards.map((match) => {
    const made = card(match);
    judged(made);
    return made;
  }));
  $("header").hidden = !cards.length;
  $(".learnt").textContent = value.learnt || "";
  $(".taken").textContent = "";
  $(".within").hidden = !value.within;
  $(".within .of").textContent = value.within ? `In ${value.within}.` : "";
  $(".about").textContent = value.about || "";
  $(".caution").textContent = value.caution || "";
  const message = $(".message");
  message.textContent = value.message || "";
  message.classList.toggle("trouble", Boolean(value.trouble));
  const options = value.result_options || {};
  for (const name of ["top", "per_work", "least"]) {
    const field = form.elements[name], wanted = String(options[name] ?? field.value);
    if (![...field.options].some((option) => option.value === wanted)) field.append(h("option", {}, wanted));
    field.value = wanted;
  }
  form.elements.own.checked = Boolean(options.own);
  form.elements.learn.checked = Boolean(options.learn);
  const offered = { asked: Boolean(value.asked) && !value.whole_only, details: !value.whole_only, probability: cards.some((match) => match.evidence) };
  for (const label of form.querySelectorAll("[data-needs]")) label.hidden = !offered[label.dataset.needs];
  recall();
  arrange();
  fold();
  from = -1;
  tally();
  looked = null;
  looking();
  $(".results").scrollTop = 0;
};

// -- what a visitor does ----------------------------------------------------------------------------------------
const place = ({ kind, key, box }) => ({ kind, key, box });
const compare = ({ work, box, mirrored, evidence: why }) => {
  comparisons.latest += 1;
  document.dispatchEvent(new CustomEvent("explorer:comparing"));
  const found = { transform: why?.fit, pairs: why?.pairs, key_points: why?.key_points, probability: why?.probability };
  trigger("compare", { number: comparisons.latest, query: place(props.value.asked), match: { work, box, mirrored, ...found } });
};
const examine = (detail) => document.dispatchEvent(new CustomEvent("explorer:examine", {
  detail: { asked: props.value.asked, cards: shown(), ...detail },
}));
list.addEventListener("click", (event) => {
  if (event.target.matches(".choose input")) return pickTo(event.target.closest(".card"), event.target.checked, event.shiftKey);
  const made = event.target.closest(".card"), button = event.target.closest("button");
  if (!made || !button) return;
  const { match } = made;
  if (button.matches(".more")) return openMenu(made);
  if (button.matches(".follow") && match.evidence && form.elements.contact.checked) return examine({ match });
  if (props.value.words && button.matches(".follow, .look")) document.dispatchEvent(new CustomEvent("explorer:worded", { detail: { words: props.value.words, key: match.work, alone: !props.value.asked } }));
  if (button.matches(".follow")) trigger("follow", { kind: "work", key: match.work, box: match.box, at: asked() });
  else if (button.matches(".look")) look(match, match.work);
  else if (button.matches(".twin")) look(match, button.dataset.key);
  else if (button.matches(".examine")) examine({ match });
  else if (button.dataset.verdict) document.dispatchEvent(new CustomEvent("explorer:judge", {
    detail: { asked: props.value.asked, match, verdict: button.dataset.verdict },
  }));
});
list.addEventListener("keydown", (event) => {
  const made = event.target.closest(".card");
  if (!made || event.key.toLowerCase() !== "x" || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  pickTo(made, !made.querySelector(".choose input").checked, event.shiftKey);
});
document.addEventListener("keydown", (event) => {
  const here = element.contains(event.target) || event.target === document.body;
  if (event.key === "Escape" && here && !$(".chosen").hidden && element.offsetParent) unchoose();
});
const search = (beside) => trigger("these", {
  places: picked().map(({ match }) => ({ key: match.work, box: match.box })), beside, at: asked(),
});
$(".these").addEventListener("click", () => search(false));
$(".beside").addEventListener("click", () => search(true));
$(".unchoose").addEventListener("click", unchoose);
$(".keep-search").addEventListener("click", () => {
  const from = props.value.asked;
  window.Explorer.keep({ kind: "search", places: from?.kind === "work" ? [{ work: from.key, ...(from.box ? { box: from.box } : {}) }] : [] }, window.location.href);
});
$(".review").addEventListener("click", () => examine({ queue: true }));
$(".no-limits").addEventListener("click", () => document.dispatchEvent(new CustomEvent("explorer:limit", { detail: { limits: [] } })));
$(".change-limits").addEventListener("click", () => {
  if (!element.closest("#places")) document.querySelector("[role=tab][data-tab-id=explore]")?.click();
  setTimeout(() => document.dispatchEvent(new CustomEvent("explorer:choose-limits")), 60);
});
$(".unfold").addEventListener("click", () => { unfolded = !unfolded; fold(); tally(); });
document.addEventListener("explorer:judged", (event) => {
  const made = all().find((made) => made.match === event.detail.match);
  if (!made) return;
  judged(made);
  if (form.elements.learn.checked) $(".learnt").replaceChildren("Your judgements have changed. ", h("button", { type: "button", on: { click: () => trigger("change_options", { ...result_options(), at: asked() }) } }, "Search again"));
});
document.addEventListener("explorer:compare", (event) => {
  if (shown().includes(event.detail.match)) compare(event.detail.match);
});
$(".options").addEventListener("click", () => {
  form.hidden = !form.hidden;
  $(".options").setAttribute("aria-expanded", String(!form.hidden));
  if (!form.hidden) form.elements.top.focus();
});
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("change", (event) => {
  unusual();
  if (OWN_OPTIONS.includes(event.target.name)) return rearrange();
  if (event.target.name !== "least") return trigger("change_options", { ...result_options(), at: asked() });
  unfolded = false;
  fold();
  tally();
  trigger("fold", { least: event.target.value });
});
document.addEventListener("explorer:waiting", (event) => { if (element.closest("#places")) $(".results").classList.toggle("pending", event.detail.on); });
document.addEventListener("explorer:asked", () => { if (element.closest("#places")) $(".results").classList.add("stale"); });
for (const over of ["explorer:cancelled", "explorer:waiting"]) document.addEventListener(over, (event) => { if (!event.detail?.on) $(".results").classList.remove("stale"); });
// What the scripts that follow this one add must be there first.
queueMicrotask(() => { watch("value", show); show(); });
