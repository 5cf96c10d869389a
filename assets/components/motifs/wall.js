// -- the wall: a strip for each motif, more of them as the end comes into sight --------------------------------------
const SHOW = [["all", "all"], ["kept", "worked on"], ["proposals", "with proposals"], ["hidden", "hidden"]];
let question = 0, listed = { motifs: [], total: 0 }, fetching = false, typing = null;

const field = (part) => form.elements[part].value;
const wanted = (from) => ({ sort: field("sort"), show: field("show") || "all", column: field("column"), value: field("value"), text: field("text").trim(), from });
const marks = (motif) => [
  motif.kept && h("span", { class: "badge", title: "Somebody worked on it" }, "kept"),
  motif.dropped && h("span", { class: "badge" }, "hidden"),
  motif.proposed ? h("span", { class: "badge new", title: "Nobody has accepted or declined it yet" }, counted(motif.proposed, "proposal")) : null,
];
const strip = (motif) => {
  const made = h("li", { "data-motif": motif.id, class: motif.dropped ? "dropped" : null },
    h("button", { type: "button", class: "open", "aria-label": [called(motif), ...facts(motif)].join(", ") },
      h("span", { class: "about" },
        h("span", { class: motif.name ? "title" : "title unnamed" }, motif.name || (motif.like ? `As in ${motif.like}` : called(motif))),
        h("span", { class: "by" }, [!motif.name && motif.where, ...facts(motif)].filter(Boolean).map((fact) => h("span", {}, fact))),
        h("span", { class: "badges" }, marks(motif))),
      h("span", { class: "row" }, motif.tiles.map((each) => {
        const one = tile(each, motif.aspect);
        one.title = [each.title, byline(each)].filter(Boolean).join("\n");
        return one;
      }), h("span", { class: "more" }))));
  made.motif = motif;
  return made;
};
// As many tiles as there is room for, and how many more there are. All strips are as wide, and all tiles as high.
const GAP = 6, ROOM = 64;
const fitTiles = (made, wide, high) => {
  const { aspect, size, tiles } = made.motif, one = high * aspect + GAP, row = made.querySelector(".row");
  const all = size <= tiles.length && size * one <= wide + GAP;
  const count = all ? size : Math.max(1, Math.min(tiles.length, Math.floor((wide - ROOM) / one)));
  [...row.querySelectorAll(".tile")].forEach((each, at) => { each.hidden = at >= count; });
  row.querySelector(".more").textContent = count < size ? `+${number(size - count)}` : "";
};
const fitStrips = (all = [...strips.children]) => {
  const row = strips.querySelector(".row"), high = row?.querySelector(".tile")?.clientHeight;
  if (high) for (const made of all) fitTiles(made, row.clientWidth, high);
};
new ResizeObserver(() => fitStrips()).observe(strips);

const options = (select, entries, chosen) => {
  select.replaceChildren(...entries.map(([value, label]) => h("option", { value, selected: value === chosen }, label)));
};
const tally = () => {
  const { total, all, hidden } = listed, among = field("text").trim() || field("value"), narrowed = among || field("show") !== "all";
  const rest = hidden ? `, ${number(hidden)} hidden` : "";
  $(".tally").textContent = total ? (field("show") === "hidden" ? counted(total, "hidden motif") : narrowed ? `${number(total)} of ${counted(all, "motif")}` : `${counted(total, "motif")}${rest}`)
    : !around?.found && !all ? "" : narrowed ? "No motif is like this." : "No motif was found: nothing recurs here for certain.";
  $(".end").textContent = strips.children.length < total ? "More as you scroll …" : "";
};
const showWall = async () => {
  const mine = (question += 1);
  if (open) say("");
  open = "";
  view = "strips";
  dossier.hidden = together.hidden = true;
  const found = await ask(server.motif_wall, wanted(0));
  if (mine !== question || open) return;
  if (found.error) return say(found.error, true);
  listed = found;
  window.Explorer.titled("Motifs", "");
  standing(found);
  for (const option of form.elements.sort.options) if (["range", "earliest"].includes(option.value)) {
    option.disabled = !found.dated;
    option.textContent = `${option.value === "range" ? "range of dates" : "earliest date"}${found.dated ? "" : ": no work has a date"}`;
  }
  if (form.elements.sort.selectedOptions[0]?.disabled) { // an address that was written when there were dates
    form.elements.sort.value = "works";
    return showWall().then(() => settle("replaceState"));
  }
  const column = field("column"), value = field("value");
  options(form.elements.show, SHOW.map(([show, label]) => [show, show in found && show !== "all" ? `${label} (${number(found[show])})` : label]), field("show") || "all");
  options(form.elements.column, [["", "any entry"], ...found.columns.map((entry) => [entry, entry.replaceAll("_", " ")])], column);
  options(form.elements.value, [["", "any"], ...found.values.map(([entry, count]) => [entry, `${entry} (${number(count)})`])], value);
  form.elements.column.closest("label").hidden = !found.columns.length;
  $(".of").hidden = !column;
  const focused = document.activeElement?.closest?.(".strips li")?.dataset.motif;
  strips.replaceChildren(...found.motifs.map(strip));
  if (focused) strips.querySelector(`[data-motif="${CSS.escape(focused)}"] button`)?.focus({ preventScroll: true });
  wall.hidden = !(found.found || found.all || found.hidden);
  fitStrips();
  tally();
  further();
};
const further = async () => {
  if (fetching || open || !shown() || strips.children.length >= listed.total || $(".end").getBoundingClientRect().top > window.innerHeight + 600) return;
  fetching = true;
  const mine = question, found = await ask(server.motif_wall, wanted(strips.children.length));
  fetching = false;
  if (mine !== question) return further();
  if (found.error || !found.motifs.length) return;
  const more = found.motifs.map(strip);
  strips.append(...more);
  fitStrips(more);
  tally();
  further();
};
new IntersectionObserver(further, { rootMargin: "600px" }).observe($(".end"));

form.addEventListener("input", (event) => {
  if (event.target.name !== "text") return;
  clearTimeout(typing);
  typing = setTimeout(showWall, 250);
});
form.addEventListener("change", (event) => {
  if (event.target.name === "text") return;
  if (event.target.name === "column") form.elements.value.replaceChildren(); // of another column
  showWall();
  if (event.target.name === "sort") settle("replaceState");
});
let scrolled = 0, came = ""; // where the wall was left, for coming back
strips.addEventListener("click", (event) => {
  const made = event.target.closest("li");
  if (!made || !event.target.closest(".open")) return;
  scrolled = window.scrollY;
  came = made.dataset.motif;
  showDossier(made.dataset.motif).then(() => settle());
});
const alongStrips = (event) => {
  const way = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity }[event.key], all = [...strips.querySelectorAll(".open")];
  if (!way || !all.length) return;
  event.preventDefault();
  all[Math.min(Math.max(all.indexOf(document.activeElement) + way, 0), all.length - 1)].focus();
};
strips.addEventListener("keydown", alongStrips);
// Back from a dossier to the strip that it was opened by.
const leave = async () => {
  await showList();
  settle();
  window.scrollTo(0, scrolled);
  if (view === "works") return $(".views [aria-pressed=true]").focus({ preventScroll: true });
  strips.querySelector(`[data-motif="${CSS.escape(came)}"] button`)?.focus({ preventScroll: true });
};
