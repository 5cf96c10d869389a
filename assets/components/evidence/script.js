const { h, svg, sign, mark, byline, inCollection } = window.Explorer;
const $ = (selector) => element.querySelector(selector);
const dialog = $("dialog"), pair = $(".pair"), drawing = $(".drawing"), note = $(".note input"), who = $(".who input");
const [here, there] = [...element.querySelectorAll("figure")].map((figure) => ({
  pane: figure.querySelector(".pane"), sheet: figure.querySelector(".sheet"), image: figure.querySelector("img"),
  caption: figure.querySelector("figcaption"), mark: figure.querySelector(".sheet").appendChild(mark([0, 0, 1, 1])),
}));
const WHOLE = [0, 0, 1, 1];
const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

let asked = null; // the stage that was searched from
let order = [], at = 0, queue = false; // the matches, and which is seen
let scale = "detail", busy = false, turn = Promise.resolve();
let taken = []; // {one, id}: what was judged on this page, for undoing
const larges = new Map(); // work -> {url, width, height}

// -- one match --------------------------------------------------------------------------------------------------
const picture = (side, match, { url, service, width, height }, box) => {
  Object.assign(side, { url, service, width, height, box: box || WHOLE });
  side.caption.replaceChildren(h("b", { title: match.title }, match.title), h("span", {}, byline(match)));
  side.image.alt = match.title;
  if (url && side.image.getAttribute("src") !== url) {
    side.image.classList.remove("ready");
    side.image.src = url;
  }
};
for (const side of [here, there]) side.image.addEventListener("load", () => side.image.classList.add("ready"));
const fetched = async ({ work }) => {
  if (!larges.has(work)) larges.set(work, await server.large(inCollection({ work })));
  return larges.get(work);
};
const seek = async (match) => {
  const large = await fetched(match);
  if (order[at] !== match) return;
  if (large.error) return trouble(large.error);
  picture(there, match, large, match.box);
  sight.lay();
  const next = order[at + 1];
  if (next) Object.assign(new Image(), { src: (await fetched(next)).url || "" }); // at hand when it is asked for
};
const fact = (term, ...said) => said.some(Boolean) && h("div", {}, h("dt", {}, term), said.filter(Boolean).map((text) => h("dd", {}, text)));
const facts = ({ evidence: why }) => [
  fact("How it changed", why.transform, why.scale && !why.sizes && "measured in the photographs"),
  fact("What matches", why.agreement, `mean similarity ${why.similarity.toFixed(2)}`),
  fact("Against chance", why.percentile),
  (why.parts?.length || why.joined) && fact("Each part by itself", ...(why.parts || []).map((part) => `${part.name}: ${part.percent}, ${part.agreement}`), why.joined),
  fact("Size on the works", why.sizes ? `${why.sizes.here} and ${why.sizes.there}` : "The catalogue does not state both works' sizes.", why.sizes?.words),
];
const trouble = (sentence) => { $(".trouble").textContent = sentence || ""; if (sentence && !dialog.open) trigger("complain", { sentence }); };
const mine = () => taken.filter((deed) => order.includes(deed.match)); // of these results, by whoever sits here
const state = () => {
  const match = order[at];
  const settled = order.filter((match) => match.judged).length;
  $(".progress").textContent = match ? `${at + 1} of ${order.length}${settled ? `, ${settled} judged` : ""}` : `${settled} of ${order.length} judged`;
  for (const button of element.querySelectorAll(".judge [data-verdict]")) {
    button.disabled = !match;
    button.setAttribute("aria-pressed", String(match?.judged?.verdict === button.dataset.verdict));
  }
  $(".said").textContent = match?.judged ? `${match.judged.verdict} by ${match.judged.who}, ${match.judged.day}` : "";
  $("[data-do=back]").disabled = at <= 0;
  $("[data-do=next]").disabled = at >= order.length - (queue ? 0 : 1);
  $("[data-do=undo]").disabled = !mine().length;
};
const show = () => {
  const match = order[at];
  trouble("");
  state();
  for (const part of [pair, $(".facts"), $(".sights"), $(".key"), $("[data-do=compare]"), $(".note")]) part.classList.toggle("away", !match);
  $(".done").hidden = Boolean(match);
  if (!match) {
    $("h2").textContent = "That was the last";
    const left = order.filter((match) => !match.judged).length;
    $(".done").textContent = left ? `${left} of ${order.length} places are not judged yet; the arrow goes back to them.` : `All ${order.length} places are judged.`;
    return drawing.replaceChildren();
  }
  const why = match.evidence;
  $("h2").replaceChildren(why.words[0].toUpperCase() + why.words.slice(1), h("span", {}, why.percent));
  $(".facts").replaceChildren(...facts(match).filter(Boolean));
  $(".scales").classList.toggle("away", !why.sizes);
  sight.begin(why);
  note.value = match.draft ?? match.judged?.note ?? "";
  picture(here, asked, asked, asked.box);
  there.width = 0;
  there.image.classList.remove("ready");
  picture(there, match, larges.get(match.work) || {}, match.box);
  if (there.image.complete && larges.has(match.work)) there.image.classList.add("ready");
  sight.lay();
  seek(match);
};
const go = (index) => {
  at = clamp(index, 0, order.length - (queue ? 0 : 1));
  show();
};

// -- judging ----------------------------------------------------------------------------------------------------
const remembered = (name) => {
  try {
    if (name !== undefined) window.localStorage.setItem("explorer.who", name);
    return window.localStorage.getItem("explorer.who") || "";
  } catch (error) {
    return name || ""; // a browser that keeps nothing
  }
};
const ask = (deed, sent) => { // one after another: a click on a second card waits for the first
  turn = turn.then(async () => {
    try {
      const answer = await server[deed](inCollection({ ...sent, who: who.value.trim() }));
      trouble(answer.error);
      return answer.error ? null : answer;
    } catch (error) {
      trouble("The server does not answer; nothing was kept. Try again.");
      return null;
    }
  });
  return turn;
};
const announce = (match, judged) => {
  match.judged = judged;
  delete match.draft;
  document.dispatchEvent(new CustomEvent("explorer:judged", { detail: { match } }));
  state();
};
const judge = async (from, match, verdict, words) => {
  const { kind, key, box } = from;
  const answer = await ask("judge", { query: { kind, key, box }, match: { work: match.work, box: match.box }, verdict, note: words });
  if (!answer) return false;
  taken.push({ match, id: answer.judged.id });
  announce(match, answer.judged);
  return true;
};
const withdraw = async (match, id) => {
  const answer = await ask("withdraw", { id });
  if (!answer) return false;
  taken = taken.filter((deed) => deed.id !== id);
  announce(match, answer.judged);
  return true;
};
const alone = (run) => async (...given) => { // while one decision is on its way, keys pressed twice say nothing
  if (busy) return;
  busy = true;
  try {
    await run(...given);
  } finally {
    busy = false;
  }
};
const decide = alone(async (verdict) => {
  const match = order[at];
  if (!match) return;
  const words = note.value.trim(), same = match.judged?.verdict === verdict && match.judged.note === words;
  if ((same || await judge(asked, match, verdict, words)) && queue && order[at] === match) go(at + 1);
});
const undo = alone(async () => {
  const last = mine().pop();
  const said = last?.match.judged, words = last && (last.match.draft ?? said?.note);
  if (!last || !await withdraw(last.match, last.id)) return;
  if (words && last.match.judged?.verdict !== said?.verdict) last.match.draft = words; // a verdict is undone, not its note
  go(order.indexOf(last.match));
});
note.addEventListener("input", () => { if (order[at]) order[at].draft = note.value; });
note.addEventListener("change", () => {
  const match = order[at], words = note.value.trim();
  if (match?.judged && words !== match.judged.note) judge(asked, match, match.judged.verdict, words);
});
who.value = remembered();
who.addEventListener("input", () => remembered(who.value.trim()));

// -- opened by the results --------------------------------------------------------------------------------------
document.addEventListener("explorer:examine", (event) => {
  const { cards, match } = event.detail;
  const proven = cards.filter((card) => card.evidence);
  asked = event.detail.asked;
  queue = Boolean(event.detail.queue);
  order = queue ? [...proven.filter((card) => !card.judged), ...proven.filter((card) => card.judged)] : proven;
  who.value = remembered();
  dialog.showModal();
  dialog.focus();
  go(queue ? 0 : Math.max(order.indexOf(match), 0));
});
document.addEventListener("explorer:judge", (event) => { // from a card: the same button again takes it back
  const { match, verdict } = event.detail;
  who.value = remembered();
  if (match.judged?.verdict === verdict) withdraw(match, match.judged.id);
  else judge(event.detail.asked, match, verdict, match.judged?.note || "");
});

// -- buttons and keys -------------------------------------------------------------------------------------------
const deeds = {
  back: () => go(at - 1), next: () => go(at + 1), undo, close: () => dialog.close(),
  lines: () => sight.lines(), over: () => sight.over(), nearer: () => sight.zoom(1.4), farther: () => sight.zoom(1 / 1.4), rest: () => sight.fit(),
  compare: () => {
    document.dispatchEvent(new CustomEvent("explorer:compare", { detail: { match: order[at] } }));
    dialog.close();
  },
};
dialog.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button?.dataset.do) deeds[button.dataset.do]();
  else if (button?.dataset.verdict) decide(button.dataset.verdict);
  else if (button?.dataset.scale) {
    scale = button.dataset.scale;
    for (const choice of element.querySelectorAll("[data-scale]")) choice.setAttribute("aria-pressed", String(choice === button));
    sight.lay();
  } else if (event.target === dialog) dialog.close();
});
const keys = {
  ArrowLeft: (event) => (event.shiftKey ? sight.pan(1, 0) : deeds.back()), ArrowRight: (event) => (event.shiftKey ? sight.pan(-1, 0) : deeds.next()),
  ArrowUp: () => sight.pan(0, 1), ArrowDown: () => sight.pan(0, -1), "+": deeds.nearer, "=": deeds.nearer, "-": deeds.farther, 0: deeds.rest,
  u: undo, l: deeds.lines, o: deeds.over,
  a: () => decide("accepted"), d: () => decide("doubtful"), r: () => decide("rejected"), n: () => note.focus(),
};
dialog.addEventListener("keydown", (event) => {
  event.stopPropagation(); // the picture underneath has keys of its own
  if (event.target.matches("select, input[type=range]")) {
    if (event.key === "Escape") { event.preventDefault(); dialog.focus(); }
    return;
  }
  if (event.target.matches("input")) {
    if (event.key === "Enter" || event.key === "Escape") {
      event.preventDefault();
      dialog.focus(); // what was written is kept
    }
    return;
  }
  if (!keys[event.key] || event.ctrlKey || event.metaKey || event.altKey || event.repeat && event.key.length === 1) return;
  event.preventDefault();
  keys[event.key](event);
});
for (const button of element.querySelectorAll(".judge [data-verdict]")) button.prepend(sign(button.dataset.verdict));
