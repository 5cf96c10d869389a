
// -- which parts of the picture are in other works (follows script.js and heat.js, whose names it uses) ----------------
const recurs = (() => {
  const panel = $(".recurs"), found = panel.querySelector(".found"), places = panel.querySelector(".places"), spots = $(".spots");
  const list = panel.querySelector(".there"), nowhere = panel.querySelector("[name=nowhere]"), strength = panel.querySelector("[name=strength]");
  const FROM = [1, 2, 4, 8, 16, 32], NUMBERED = 12; // other works from which on a colour holds; places that have a button
  let on = false, answer = null, of = "", last = 0;
  let chosenPlaces = [], listed = null; // the places that are outlined, and the one box to search

  const here = () => `${value.kind} ${value.key}`;
  const grade = (count) => FROM.findLastIndex((from) => count >= from);
  const level = (count) => (count ? 85 + 170 * grade(count) / (FROM.length - 1) : 0); // the clear end of the ramp is for none
  const counted = (count) => (count === 1 ? "1 other work" : `${count} other works`);
  const most = () => Math.max(0, ...(answer?.counts || []));

  const paint = () => {
    const alone = nowhere.checked;
    const levels = answer && (most() || alone) ? answer.counts.map((count) => (alone ? (count ? 0 : 170) : level(count))) : null;
    heatmap.show(levels && { rows: answer.rows, columns: answer.columns, levels }, strength.value);
    const legend = !answer ? [] : alone ? [[170, "in no other work"]] : FROM.slice(0, grade(most()) + 1).map((from, index) => {
      const to = FROM[index + 1] ? FROM[index + 1] - 1 : Infinity;
      return [level(from), to === from ? String(from) : to === Infinity ? `${from}+` : `${from}–${to}`];
    });
    panel.querySelector(".grades").replaceChildren(...legend.map(([at, text]) => h("span", {}, h("i", { style: { background: heatmap.colour(at) } }), text)),
      legend.length && !alone ? "other works" : "");
  };
  const choose = (chosen) => {
    chosenPlaces = chosen;
    spots.replaceChildren(...chosen.map(({ box }) => mark(box)));
    for (const button of places.children) button.setAttribute("aria-pressed", String(chosen.includes(answer.places[button.dataset.number - 1])));
    const works = new Map(); // each work once, at the smallest of the places
    for (const { found: there } of chosen) for (const [work, box] of there) if (!works.has(work)) works.set(work, box);
    list.hidden = !works.size;
    listed = chosen[0]?.box || null;
    const names = [...new Set(chosen.map(({ name }) => name).filter(Boolean))].join(", ");
    list.querySelector(".what").textContent = works.size ? `${names ? `${names}: ` : "This place is "}in ${counted(works.size)}` : "";
    list.querySelector("ul").replaceChildren(...[...works].map(([work, box]) => {
      const known = answer.works[work], said = [known.title, byline(known)].filter(Boolean).join(", ");
      return h("li", {}, h("button", { type: "button", "data-work": work, "data-box": box.join(), title: `Open ${said}`, "aria-label": `Open ${said}` },
        window.Explorer.picture(server, work, { box }), h("span", {}, known.title)));
    }));
  };
  const show = (next) => {
    answer = next?.counts ? next : null;
    found.textContent = next?.error || next?.sentence || "";
    panel.querySelector(".shading").hidden = !answer;
    places.replaceChildren(...(answer?.places || []).slice(0, NUMBERED).map(({ name, found: there }, index) => {
      const said = `${name ? `${name}: in` : "In"} ${counted(there.length)}`;
      return h("button", { type: "button", "data-number": index + 1, "aria-pressed": "false", title: `${said}${index < 5 ? ` ( ${index + 1} )` : ""}`, "aria-label": `Place ${index + 1}. ${said}` }, index + 1);
    }));
    choose([]);
    paint();
  };
  const ask = async () => {
    const number = last += 1, picture = here();
    of = picture;
    show(null);
    found.textContent = "Looking …";
    try {
      const next = await server.recurrence(window.Explorer.inCollection({ kind: value.kind, key: value.key }));
      if (on && number === last && picture === here()) show(next);
    } catch (error) {
      if (on && number === last) found.textContent = "The server did not answer; try again.";
    }
  };
  const set = (next) => {
    if (on === next || (next && !value.url)) return;
    on = next;
    panel.hidden = !on;
    $("[data-do=recurs]").setAttribute("aria-pressed", String(on));
    last += 1;
    if (on) { whereIs.hide(); ask(); } else show(null);
  };
  const smallestFirst = (chosen) => chosen.sort(({ box: a }, { box: b }) => (a[2] - a[0]) * (a[3] - a[1]) - (b[2] - b[0]) * (b[3] - b[1]));

  panel.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.number) choose([answer.places[button.dataset.number - 1]].filter((place) => !chosenPlaces.includes(place)));
    else if (button.dataset.work) trigger("pick", { kind: "work", key: button.dataset.work, box: button.dataset.box.split(",").map(Number), at: window.Explorer.asked() });
    else if (button.matches(".search")) pick(listed);
    else set(false);
  });
  panel.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    set(false);
    stage.focus({ preventScroll: true });
  });
  nowhere.addEventListener("change", paint);
  strength.addEventListener("input", () => heatmap.strength(strength.value));
  document.addEventListener("explorer:stage", () => { if (on && of !== here()) ask(); }); // it stays on from work to work

  return {
    toggle: () => set(!on), hide: () => set(false), on: () => on,
    // Whether a click is on a part that recurs: then the works that have it are listed.
    at: ({ x, y }) => {
      const there = (answer?.places || []).filter(({ box }) => box[0] <= x && x <= box[2] && box[1] <= y && y <= box[3]);
      if (there.length) choose(smallestFirst(there));
      return there.length > 0;
    },
    number: (index) => { if (answer?.places[index]) choose([answer.places[index]]); },
  };
})();
