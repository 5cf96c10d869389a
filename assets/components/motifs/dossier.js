// -- the dossier of one motif ---------------------------------------------------------------------------------------
let motif = null, chosen = new Set(); // of the instances, by their places
const instances = $(".instances"), nameField = $(".dossier .name input"), noteField = $("aside .note textarea"), whoField = $("aside .who input");
const RELATIONS = { "": "–", copy: "a copy", reversed: "reversed", variant: "a variant", doubtful: "doubtful" };
const key = (each) => JSON.stringify([each.file, each.place]);
const at = (each) => ({ at: { file: each.file, place: each.place } });
const button = (label, run, more = {}) => h("button", { type: "button", on: { click: run }, ...more }, label);

const figure = (each, aspect) => h("button", {
  type: "button", class: "follow", disabled: !each.box, on: { click: () => search(each) },
  title: "Search with this detail", "aria-label": `Search with this detail of ${each.title}`,
}, tile(each, aspect));
const words = (each) => h("div", { class: "words" },
  h("p", { class: "title", title: each.title }, each.title), h("p", { class: "by" }, byline(each)),
  h("p", { class: "how" }, [each.said, each.size].filter(Boolean).join("; ")),
  each.percent && h("p", { class: "chance", title: "That it is the same motif" }, "Probability ", h("span", { class: "percent" }, each.percent)));
const look = (each) => (each.box ? button("Whole work", () => { trigger("look", { kind: "work", key: each.work, box: each.box }); }, { "aria-label": `See the whole of ${each.title}` }) : null);
const compared = (each) => {
  const first = motif.instances.find((other) => other.box);
  if (!first || !each.box || each === first || first.work === each.work) return null;
  return button("Compare", () => {
    comparisons.latest += 1;
    document.dispatchEvent(new CustomEvent("explorer:comparing"));
    trigger("compare", { number: comparisons.latest, query: { kind: "work", key: first.work, box: first.box },
      match: { work: each.work, box: each.box, mirrored: each.mirror, transform: relative(first.transform, each.transform), probability: each.score } });
  }, { title: `Lay it over ${first.title}`, "aria-label": `Compare ${each.title} with ${first.title}` });
};
const relative = (first, second) => (first && second && first.scale === 1 && !first.turn && !first.mirror ? second : null);
const relation = (each) => h("select", { "aria-label": `What this is, in ${each.title}`, on: { change: (event) => change("relation", { ...at(each), text: event.target.value, was: each.relation }) } },
  ["", ...motif.relations].map((value) => h("option", { value, selected: value === each.relation }, RELATIONS[value] || value)));
const remark = (each) => {
  const made = h("input", {
    type: "text", class: "remark", "aria-label": `Note on ${each.title}`,
    on: { change: (event) => write(event.target, "instance note", each), input: (event) => tallyText(event.target, "instance note") },
  });
  puttingBack(made, () => each.note);
  return made;
};
const card = (each) => {
  const box = h("input", { type: "checkbox", "aria-label": `Choose ${each.title}`, on: { change: (event) => pick(each, event.target.checked) } });
  box.checked = chosen.has(key(each));
  const made = h("li", { "data-work": each.file }, figure(each, motif.aspect),
    h("label", { class: "choose", title: "Choose it, to make a motif of several" }, box), words(each),
    h("div", { class: "said" }, h("label", {}, "Relation ", relation(each)), h("label", {}, "Note ", remark(each))),
    h("div", { class: "links" }, look(each), compared(each),
      each.box && button("Redraw …", () => redraw(each), { title: "Draw its box again, on the whole work", "aria-label": `Redraw ${each.title}` }),
      button("Move …", () => move(each), { title: "Move it to another motif", "aria-label": `Move ${each.title} to another motif` }),
      button("Remove", () => change("remove", at(each), `Removed from this motif: ${each.title}.`), { "aria-label": `Remove ${each.title} from this motif` })));
  made.each = each;
  fillText(made.querySelector(".remark"), "instance note", each.note, each);
  return made;
};
const offer = (each) => h("li", { "data-work": each.file }, figure(each, motif.aspect), words(each), h("div", { class: "links" },
  button("Accept", () => change("accept", at(each), `Accepted: ${each.title}.`), { "aria-label": `Accept ${each.title}` }),
  button("Decline", () => change("decline", at(each), `Declined: ${each.title}. It is not proposed again.`), { "aria-label": `Decline ${each.title}` }), look(each)));
const taken = (each) => h("li", { "data-work": each.file }, figure(each, motif.aspect), words(each), h("div", { class: "links" },
  button("Restore", () => change("restore", at(each), `Restored: ${each.title}.`), { "aria-label": `Restore ${each.title}` })));

const search = (each) => trigger("follow", { kind: "work", key: each.work, box: each.box, at: window.Explorer.asked() });

// -- all of it --------------------------------------------------------------------------------------------------------
const head = () => {
  $(".dossier .called").textContent = called(motif);
  $(".dossier .called").classList.toggle("unnamed", !motif.name);
  window.Explorer.titled("Motifs", called(motif));
  fillText(nameField, "name", motif.name);
  fillText(noteField, "note", motif.note);
  $(".dossier .facts").replaceChildren(...facts(motif).map((fact) => h("span", {}, fact)), ...marks(motif).filter(Boolean));
  const first = motif.first, several = first && (first.works.map((work) => [work.title, byline(work)].filter(Boolean).join(", ")).join("; ") + (first.more ? `; and ${first.more} more` : ""));
  $(".dossier .first").textContent = !first ? "" : (first.sure ? `First by date: ${several}.` : `Among the first, too close to tell apart: ${several}.`)
    + (first.undated ? ` ${counted(first.undated, "work")} ${first.undated === 1 ? "has" : "have"} no date.` : "");
  $(".dossier .notices").replaceChildren(...motif.notices.map((sentence) => h("p", {}, sentence)));
  $("[data-do=drop]").textContent = motif.dropped ? "Show this motif again" : "Hide this motif";
  dossier.setAttribute("aria-label", called(motif));
};
const showDossier = async (id, again = false) => {
  const mine = (question += 1), other = open !== id;
  if (other && !open) scrolled = window.scrollY;
  open = id;
  if (other) { chosen = new Set(); if (!again) say(""); }
  const found = await ask(server.motif_dossier, { motif: id });
  if (mine !== question) return;
  if (found.error) {
    await showList();
    settle("replaceState");
    return say(found.error, true);
  }
  motif = found;
  if (found.id !== id) { open = found.id; settle("replaceState"); } // the one that was asked for was merged into it
  standing(found);
  const there = new Set(motif.instances.map(key));
  chosen = new Set([...chosen].filter((each) => there.has(each)));
  head();
  keepingFocus(() => {
    instances.replaceChildren(...motif.instances.map(card));
    $(".proposed").hidden = !motif.proposals.length;
    $(".proposed ul").replaceChildren(...motif.proposals.map(offer));
    $(".removed").hidden = !motif.removed.length;
    $(".removed summary").textContent = `Removed (${number(motif.removed.length)})`;
    $(".removed ul").replaceChildren(...motif.removed.map(taken));
  });
  wall.hidden = together.hidden = true;
  dossier.hidden = false;
  views();
  $("[data-do=back]").textContent = view === "works" ? "← Works that share motifs" : "← All motifs";
  plots();
  mean();
  tallyChosen();
  if (other) { window.scrollTo(0, 0); if (shown()) $("[data-do=back]").focus({ preventScroll: true }); }
};
// What is built anew keeps the focus where it was, as far as that is still there.
const keepingFocus = (build) => {
  const here = document.activeElement, label = dossier.contains(here) ? here.getAttribute("aria-label") : null;
  build();
  if (label && !here.isConnected) dossier.querySelector(`[aria-label="${CSS.escape(label)}"]`)?.focus({ preventScroll: true });
};

// -- what a scholar does ----------------------------------------------------------------------------------------------
for (const [field, kind] of [[nameField, "name"], [noteField, "note"]]) {
  field.addEventListener("change", () => write(field, kind));
  field.addEventListener("input", () => tallyText(field, kind));
}
nameField.addEventListener("keydown", (event) => { if (event.key === "Enter") nameField.blur(); });
// Escape leaves a line that is written on as it was before.
const puttingBack = (field, was) => field.addEventListener("keydown", (event) => { if (event.key === "Escape") field.value = was(); });
puttingBack(nameField, () => motif.name);
whoField.value = who();
whoField.addEventListener("input", () => { try { window.localStorage.setItem("explorer.who", whoField.value.trim()); } catch (error) { /* not kept by this browser */ } });

const picked = () => motif.instances.filter((each) => chosen.has(key(each)));
const tallyChosen = () => {
  const count = chosen.size;
  $(".chosen").hidden = !count;
  $(".chosen .count").textContent = `${counted(count, "instance")} chosen`;
  $("[data-do=split]").disabled = count >= motif.instances.length;
  for (const made of instances.children) made.classList.toggle("picked", chosen.has(key(made.each)));
};
const pick = (each, on) => { chosen[on ? "add" : "delete"](key(each)); tallyChosen(); };
const unchoose = () => {
  chosen = new Set();
  for (const box of instances.querySelectorAll(".choose input")) box.checked = false;
  tallyChosen();
};
const split = async () => {
  const several = picked().map((each) => at(each).at);
  const made = await change("split", { several }, `${counted(several.length, "instance")} made into a motif of ${several.length === 1 ? "its" : "their"} own.`);
  if (made) notice.append(" ", button("Open it", () => showDossier(made.motifs[0]).then(() => settle()), { class: "link" }));
};
const removeChosen = async () => {
  for (const each of picked()) if (!await change("remove", at(each), `Removed from this motif: ${each.title}.`)) return;
};
const hide = () => change(motif.dropped ? "bring back" : "drop", {}, motif.dropped ? "The motif is shown again." : "The motif is hidden. It stays so when motifs are found again.");
const copyLink = async () => {
  try { await navigator.clipboard.writeText(window.location.href); say("The link is copied."); } catch (error) { window.prompt("Copy this link:", window.location.href); }
};

// -- merging, and moving an instance --------------------------------------------------------------------------------
const chooseMotif = (detail) => document.dispatchEvent(new CustomEvent("explorer:choose-motif", { detail: { without: open, ...detail } }));
const merge = () => chooseMotif({
  title: "Merge with another motif", about: `What is in either is then in “${called(motif)}”.`, verb: "Merge with",
  chosen: (other) => change("merge", { other: other.id }, `Merged with “${called(other)}”. Undo takes it apart again.`),
});
const move = (each) => chooseMotif({
  title: "Move to another motif", about: `A detail of ${each.title}`, verb: "Move to", place: each.box && { work: each.work, box: each.box },
  chosen: async (other) => {
    if (await change("move", { ...at(each), other: other.id }, `Moved to “${called(other)}”: ${each.title}.`))
      notice.append(" ", button("Open it", () => showDossier(other.id).then(() => settle()), { class: "link" }));
  },
});

// -- keys -------------------------------------------------------------------------------------------------------------
const pressed = (event) => {
  const typing = event.target.matches("input:not([type=checkbox]), textarea, select");
  if (event.key === "Escape") {
    event.preventDefault();
    if (typing) event.target.blur();
    else if (chosen.size) unchoose();
    else leave();
    return;
  }
  const way = { ArrowRight: 1, ArrowLeft: -1 }[event.key], all = [...dossier.querySelectorAll("li .follow:not(:disabled)")].filter((each) => each.offsetParent);
  if (typing || !way || !all.length || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  const here = all.indexOf(event.target.closest("li")?.querySelector(".follow"));
  all[Math.min(Math.max(here + way, 0), all.length - 1)].focus();
};
dossier.addEventListener("keydown", pressed);
window.Explorer.keysFor(element, dossier, (event) => {
  if (open) pressed(event);
  else if (view === "strips" && !strips.contains(event.target)) alongStrips(event);
});
