// -- works that share motifs, drawn: a drawing for each group of works that hang together ------------------------------
const together = $(".together"), TALL = 660; // pixels: a drawing is seen as a whole
let drawn = { total: 0 }, drawing = false;

const named = (work) => [work.title, byline(work)].filter(Boolean).join(", ");
const openWork = (work) => trigger("look", { kind: "work", key: work.work, box: null });
const shares = (line) => counted(line.motifs, "motif");

// The motifs of two works, under their drawing. Asked for by a line, or by the pair in the list.
const showShared = async (made, works, line) => {
  made.asked = line;
  const where = made.querySelector(".shared"), [first, second] = line.between.map((at) => works[at]);
  for (const each of made.querySelectorAll("[data-line]")) each.classList.toggle("meant", each.line === line);
  where.hidden = false;
  where.replaceChildren(h("p", {}, "Looking …"));
  const found = await ask(server.motif_wall, { both: [first.work, second.work], from: 0 });
  if (made.asked !== line) return; // another was asked since
  where.replaceChildren(
    h("h4", { tabindex: -1 }, found.error || `${line.between.map((at) => at + 1).join(" and ")}: “${first.title}” and “${second.title}” share ${counted(found.total, "motif")}${line.versions ? "; they are versions of one composition" : ""}.`),
    h("ul", {}, (found.motifs || []).map((motif) => h("li", {}, motifs.choice(server, motif, {
      "aria-label": `Open ${called(motif)}`, on: { click: () => showDossier(motif.id).then(() => settle()) },
    })))),
    (found.total || 0) > (found.motifs || []).length ? h("p", {}, `and ${number(found.total - found.motifs.length)} more`) : "");
  where.querySelector("h4").focus({ preventScroll: true });
  where.scrollIntoView({ block: "nearest" });
};

const figureOf = (made, { width, height, works, lines }) => {
  const side = 100 / width; // of a thumbnail, in hundredths of the drawing's width
  const strongest = Math.max(...lines.map((line) => line.weight), 1);
  const joins = lines.filter((line) => line.drawn).map((line) => {
    const [a, b] = line.between.map((at) => works[at]), ends = { x1: a.x * width, y1: a.y * height, x2: b.x * width, y2: b.y * height };
    const join = svg("g", { class: line.versions ? "join versions" : "join", "data-line": "" }, [
      svg("line", { ...ends, class: "seen", "stroke-width": 0.012 + 0.05 * line.weight / strongest }), svg("line", { ...ends, class: "hit" }),
      svg("title", {}, [document.createTextNode(`${a.title}\n${b.title}\n${shares(line)}`)])]);
    join.line = line;
    join.addEventListener("click", () => showShared(made, works, line));
    return join;
  });
  return h("div", { class: "sheet", style: { aspectRatio: `${width} / ${height}`, maxWidth: `${Math.round(width * Math.min(120, TALL / height))}px` } },
    svg("svg", { viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" }, joins),
    works.map((work, at) => {
      const [wide, high] = work.aspect >= 1 ? [side, side / work.aspect] : [side * work.aspect, side];
      return h("button", {
        type: "button", class: work.group ? `of group-${(work.group - 1) % 6}` : "of", tabindex: -1, "aria-hidden": "true", title: `${named(work)}\nOpen this work`,
        style: { left: `${100 * work.x}%`, top: `${100 * work.y}%`, width: `${wide}%`, aspectRatio: String(work.aspect) },
        on: { click: () => openWork(work), pointerenter: () => light(made, at), pointerleave: () => light(made, -1) },
      }, picture(server, work.work), h("b", {}, at + 1));
    }));
};
// The lines of a work that is pointed at, or in focus in the list, stand out.
const light = (made, at) => {
  for (const join of made.querySelectorAll(".join")) join.classList.toggle("lit", join.line.between.includes(at));
  made.querySelector(".sheet").classList.toggle("lighting", at >= 0);
  [...made.querySelectorAll(".of")].forEach((each, index) => each.classList.toggle("lit", index === at));
};
const listOf = (made, { works, lines, pairs, elsewhere }) => {
  const entry = (work) => {
    const at = works.indexOf(work);
    return h("li", {}, h("button", {
      type: "button", class: "entry", title: "Open this work",
      on: { click: () => openWork(work), pointerenter: () => light(made, at), pointerleave: () => light(made, -1), focus: () => light(made, at), blur: () => light(made, -1) },
    }, h("b", {}, at + 1), h("span", {}, h("span", { class: "title" }, work.title), " ", h("span", { class: "by" }, byline(work)))));
  };
  const groups = [...new Set(works.map((work) => work.group))].filter(Boolean), others = works.filter((work) => !work.group);
  const pair = (line) => {
    const [a, b] = line.between, one = h("button", { type: "button", class: "entry", "data-line": "", on: { click: () => showShared(made, works, line) } },
      h("span", {}, `${a + 1} and ${b + 1}: ${works[a].title} – ${works[b].title}: `, h("span", { class: "by" }, shares(line))));
    one.line = line;
    return h("li", {}, one);
  };
  return h("div", { class: "beside" },
    groups.map((group) => h("section", { class: `versions group-${(group - 1) % 6}` }, h("h4", {}, "Versions of one composition"), h("ul", {}, works.filter((work) => work.group === group).map(entry)))),
    others.length ? h("section", {}, groups.length ? h("h4", {}, "Others") : null, h("ul", {}, others.map(entry))) : null,
    h("details", {}, h("summary", {}, counted(pairs, "pair")), h("ul", {}, lines.map(pair)), pairs > lines.length ? h("p", { class: "by" }, `and ${number(pairs - lines.length)} weaker ones`) : null),
    elsewhere ? h("p", { class: "by" }, `${counted(elsewhere, "work")} of other drawings ${elsewhere === 1 ? "shares" : "share"} a motif with these.`) : null);
};
const drawingOf = (found, at) => {
  const all = found.lines.filter((line) => line.drawn).length;
  const made = h("section", { class: "drawing", "aria-labelledby": `drawing-${at}` }, h("h3", { id: `drawing-${at}` }, counted(found.works.length, "work")));
  made.append(h("div", { class: "sides" }, h("div", { class: "main" }, figureOf(made, found),
    all < found.pairs ? h("p", { class: "why" }, `Of ${number(found.pairs)} lines the strongest are drawn.`) : "",
    h("div", { class: "shared", hidden: true })), listOf(made, found)));
  return made;
};
const showTogether = async () => {
  const mine = (question += 1);
  if (open) say("");
  open = "";
  view = "works";
  dossier.hidden = true;
  wall.hidden = true;
  views();
  together.hidden = false;
  $(".together .count").textContent = together.querySelector(".drawing") ? $(".together .count").textContent : "Drawing …";
  const found = await ask(server.motif_works, { from: 0 });
  if (mine !== question || open) return;
  if (found.error) { $(".together .count").textContent = ""; return say(found.error, true); }
  drawn = found;
  window.Explorer.titled("Motifs", "Works that share motifs");
  standing(found);
  $(".drawings").replaceChildren(...found.drawings.map(drawingOf));
  $(".together .count").textContent = found.total ? `${counted(found.works, "work")} in ${counted(found.total, "group")} of works that share motifs` : found.found ? "No two works share a motif." : "";
  $(".together .why").hidden = !found.total;
  $("[data-do=more-drawings]").hidden = found.drawings.length >= found.total;
};
const moreDrawings = async () => {
  if (drawing) return;
  drawing = true;
  const mine = question, from = $(".drawings").children.length, found = await ask(server.motif_works, { from });
  drawing = false;
  if (mine !== question) return;
  if (found.error) return say(found.error, true);
  const made = found.drawings.map((each, at) => drawingOf(each, from + at));
  $(".drawings").append(...made);
  $("[data-do=more-drawings]").hidden = $(".drawings").children.length >= found.total;
  made[0]?.querySelector(".entry").focus();
};
