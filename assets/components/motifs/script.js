const { h, picture, byline, inCollection, ready, sameAddress, comparisons } = window.Explorer;
const $ = (selector) => element.querySelector(selector);
const wall = $(".wall"), dossier = $(".dossier"), form = $(".tools"), strips = $(".strips"), notice = $(".notice");
const LOST = { error: "The server did not answer; try again." };

let open = ""; // the motif whose dossier is shown; empty for the wall
let around = null; // what the server said last of all that stands around the motifs

const shown = () => element.offsetParent !== null;
const number = (count) => count.toLocaleString("en");
const counted = (count, one, many = `${one}s`) => `${number(count)} ${count === 1 ? one : many}`;
const ask = (answer, sent = {}) => answer(inCollection(sent)).then((found) => found || LOST, () => LOST);
const called = (motif) => motif.name || (motif.like ? `As in ${motif.like}` : "Unnamed");
let saying = null;
const say = (sentence, trouble = false) => { // a slip in the corner, for as long as it takes to read it
  clearTimeout(saying);
  if (sentence) saying = setTimeout(() => say(""), 15_000);
  notice.textContent = sentence;
  notice.classList.toggle("trouble", trouble);
};

// -- one instance, laid in the pose that all of its motif share ---------------------------------------------------
// Its crop has room around it: the middle of the box comes to the middle of the tile, then it is turned about it.
const laid = (each, inside) => ({
  width: each.share / (inside[2] - inside[0]), x: (inside[0] + inside[2]) / 2, y: (inside[1] + inside[3]) / 2,
});
const tile = (each, aspect) => {
  const frame = h("span", { class: "tile", style: { aspectRatio: String(aspect) } });
  if (!each.box) return frame;
  const image = picture(server, each.work, { box: each.box });
  image.addEventListener("picture", (event) => {
    const { width, x, y } = laid(each, event.detail.box);
    image.inside = event.detail.box;
    Object.assign(image.style, {
      width: `${100 * width}%`, left: "50%", top: "50%", transformOrigin: `${100 * x}% ${100 * y}%`,
      transform: `translate(${-100 * x}%, ${-100 * y}%) scaleX(${each.mirror ? -1 : 1}) rotate(${each.turn}deg)`,
    });
  });
  frame.append(image);
  return frame;
};

// -- changes: one at a time, in the order in which they were made -------------------------------------------------
const name = () => window.localStorage?.getItem("explorer.who") || "";
let last = Promise.resolve();
const send = (sent) => {
  const made = last.then(() => ask(server.change_motif, { ...sent, who: name() }));
  last = made.catch(() => {});
  return made;
};
// Make a change and show what it left; what was refused is said, and what was typed is put back.
const change = async (kind, more = {}, done = "", answered = () => {}) => {
  const answer = await send({ change: { kind, motif: open, ...more } });
  answered(answer);
  if (answer.error) say(answer.error, true);
  else say(done);
  await refresh();
  return answer.error ? null : answer;
};
const step = async (which) => {
  const answer = await send({ step: which });
  const was = which === "undo" ? around?.undo : around?.redo;
  if (answer.error) say(answer.error, true);
  else say(was ? `${which === "undo" ? "Taken back" : "Done again"}: ${was}.` : "");
  await refresh();
};
const refresh = () => (open ? showDossier(open, true) : showWall());

const standing = (said) => {
  around = said;
  for (const which of ["undo", "redo"]) for (const button of element.querySelectorAll(`[data-do=${which}]`)) {
    button.disabled = !said[which];
    button.title = said[which] ? `${which === "undo" ? "Take back" : "Do again"}: ${said[which]}` : "";
  }
  showFinding();
};

// -- the address: motifs=ORDER is the wall, motif=ID a dossier ----------------------------------------------------
const OURS = ["motifs", "motif"];
const tab = () => document.querySelector("[role=tab][aria-selected=true]")?.textContent.trim() || "";
let awaiting = false; // a comparison is on its way: it takes the next entry of the history
const address = () => {
  const url = new URL(window.location.href);
  OURS.forEach((part) => url.searchParams.delete(part));
  if (shown() && open) url.searchParams.set("motif", open);
  else if (shown()) url.searchParams.set("motifs", form.elements.sort.value);
  return url;
};
const settle = (how = "pushState") => {
  const url = address();
  if (new URLSearchParams(window.location.search).has("compare") && !shown()) return;
  if (!sameAddress(url, window.location.href)) window.history[how]({ tab: tab() }, "", url.toString());
};
const asked = () => {
  const found = new URLSearchParams(window.location.search);
  return OURS.some((part) => found.has(part)) && !found.has("compare") ? { motif: found.get("motif") || "", sort: found.get("motifs") } : null;
};
const show = ({ motif, sort }) => {
  if ([...form.elements.sort.options].some((option) => option.value === sort)) form.elements.sort.value = sort;
  return motif ? showDossier(motif) : showWall();
};
window.addEventListener("popstate", (event) => {
  const wanted = asked();
  awaiting = false;
  if (wanted) {
    show(wanted);
    if (!shown()) trigger("arrive", {});
  } else if (shown() && !new URLSearchParams(window.location.search).has("compare")) trigger("leave", { tab: event.state?.tab || "Explore" });
});
// Leaving for a search, the entry that the dossier has stays, and the search takes the next one.
const leaving = () => {
  const url = new URL(window.location.href);
  OURS.forEach((part) => url.searchParams.delete(part));
  window.history.pushState({ tab: "Explore" }, "", url.toString());
  document.dispatchEvent(new CustomEvent("explorer:leaving"));
};
let visible = false;
new IntersectionObserver(() => {
  if (shown() === visible) return;
  visible = shown();
  if (visible) { // by a link, by the browser's Back, or by the tab
    const wanted = asked();
    awaiting = false;
    ready.then(() => {
      if (wanted) show(wanted);
      else refresh();
      settle(wanted ? "replaceState" : "pushState");
    });
  } else if (!awaiting) settle();
}).observe(element);
document.addEventListener("explorer:comparing", () => { awaiting = true; });

element.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-do]");
  if (button && !button.disabled) deeds[button.dataset.do]?.(button);
});
const deeds = {
  undo: () => step("undo"), redo: () => step("redo"),
  find: () => find("start"), stop: () => find("stop"),
  back: () => leave(), link: () => copyLink(),
  merge: () => openMerging($(".merging").hidden), drop: () => hide(),
  split: () => split(), "remove-chosen": () => removeChosen(), unchoose: () => unchoose(),
};
form.addEventListener("submit", (event) => event.preventDefault());
