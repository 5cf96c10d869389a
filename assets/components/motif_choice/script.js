// The choice of a motif, over the page. It is opened by `explorer:choose-motif` {title, about, place, without, verb,
// chosen: what to do with the motif}; `explorer:add-to-motif` {work, box, title} opens it to add a detail by hand.
const { ask, h, picture, inCollection, motifs: { called, choice, who } } = window.Explorer;
const $ = (selector) => element.querySelector(selector);
const dialog = $("dialog"), field = $("input"), list = $("ul"), slip = $(".slip");

// The motif that was chosen last comes first; of each collection its own, as this browser remembers it.
const LAST = "explorer.motif";
const remembered = () => { try { return JSON.parse(window.localStorage.getItem(LAST)) || {}; } catch (error) { return {}; } };
const lastUsed = () => { const id = remembered()[inCollection({}).collection]; return typeof id === "string" ? id : ""; };
const remember = (id) => { try { window.localStorage.setItem(LAST, JSON.stringify({ ...remembered(), [inCollection({}).collection]: id })); } catch (error) { /* not kept by this browser */ } };

let wanted = null; // what the dialog is open for
const offer = async () => {
  const text = field.value.trim(), mine = wanted;
  const found = await ask(server.motif_wall, { text, sort: "kept", first: lastUsed(), from: 0 });
  if (mine !== wanted || text !== field.value.trim()) return;
  const offered = (found.motifs || []).filter((motif) => motif.id !== mine.without);
  list.replaceChildren(...offered.map((motif) => h("li", {}, choice(server, motif, {
    "aria-label": `${mine.verb} ${called(motif)}`, on: { click: () => choose(motif) },
  }))));
  const more = (found.total || 0) - (found.motifs || []).length;
  $(".none").textContent = found.error || (!offered.length ? (text ? "No motif is like this." : "There is no motif to choose yet: find motifs in the Motifs tab first.") : more > 0 ? `${more} more: type a word or two.` : "");
};
const open = (detail) => {
  wanted = { verb: "Choose", without: "", ...detail };
  $("h2").textContent = wanted.title;
  $(".about").textContent = wanted.about || "";
  const crop = $("header .small");
  crop.hidden = !wanted.place;
  crop.replaceChildren(...(wanted.place ? [picture(server, wanted.place.work, { box: wanted.place.box })] : []));
  field.value = "";
  list.replaceChildren();
  $(".none").textContent = "";
  dialog.showModal();
  field.focus();
  offer();
};
const choose = (motif) => {
  const { chosen } = wanted;
  dialog.close();
  remember(motif.id);
  chosen(motif);
};
dialog.addEventListener("close", () => { wanted = null; });
dialog.addEventListener("click", (event) => { if (event.target === dialog || event.target.closest("[data-do=cancel]")) dialog.close(); });
dialog.addEventListener("keydown", (event) => {
  event.stopPropagation(); // what is underneath has keys of its own
  const way = { ArrowDown: 1, ArrowUp: -1 }[event.key], all = [field, ...list.querySelectorAll("button")];
  if (!way) return;
  event.preventDefault();
  all[Math.min(Math.max(all.indexOf(document.activeElement) + way, 0), all.length - 1)].focus();
});
let typing = null;
field.addEventListener("input", () => { clearTimeout(typing); typing = setTimeout(offer, 200); });
field.addEventListener("keydown", (event) => {
  if (event.key === "Enter") { event.preventDefault(); list.querySelector("button")?.focus(); }
});
document.addEventListener("explorer:choose-motif", (event) => open(event.detail));

// -- a detail added by hand -------------------------------------------------------------------------------------------
let saying = null;
const say = (sentence, trouble, ...more) => {
  clearTimeout(saying);
  if (sentence) saying = setTimeout(() => say(""), 20_000);
  slip.classList.toggle("trouble", Boolean(trouble));
  slip.replaceChildren(sentence, ...more);
};
const button = (label, run) => h("button", { type: "button", on: { click: run } }, label);
const add = async ({ work, box, title }, motif) => {
  const at = { file: work, place: box };
  const answer = await ask(server.change_motif, { change: { kind: "add", motif: motif.id, at }, who: who() });
  if (answer.error) return say(answer.error, true);
  document.dispatchEvent(new CustomEvent("explorer:motifs-changed"));
  say(`Added to “${called(motif)}”: a detail of ${title}.`, false,
    button("Undo", async () => {
      const back = await ask(server.change_motif, { step: "undo", who: who() });
      document.dispatchEvent(new CustomEvent("explorer:motifs-changed"));
      say(back.error || "Taken back: adding an instance.", Boolean(back.error));
    }),
    button("Open the motif", () => openMotif(motif.id)));
};
const openMotif = (id) => {
  say("");
  const url = new URL(window.location.href);
  url.searchParams.delete("motifs");
  url.searchParams.set("motif", id);
  window.Explorer.address.visit(url);
};
document.addEventListener("explorer:add-to-motif", (event) => open({
  title: "Add to a motif", about: `A detail of ${event.detail.title}`, verb: "Add to",
  place: { work: event.detail.work, box: event.detail.box }, chosen: (motif) => add(event.detail, motif),
}));
