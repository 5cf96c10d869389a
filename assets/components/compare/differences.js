
// -- what differs between the two (follows script.js, whose names it uses) ----------------------------------------------
(() => {
  const panel = $(".differences"), list = panel.querySelector("ol"), tell = panel.querySelector(".told"), button = $("[data-do=differences]");
  const KINDS = { first: "in the first only", second: "in the second only", moved: "moved" };
  let on = false, found = [], uncompared = {}, at = -1, of = "", last = 0;

  const here = () => JSON.stringify([value.first?.url, value.second?.url, value.matrix]);
  const corners = ([x0, y0, x1, y1]) => [[x0, y0], [x1, y0], [x1, y1], [x0, y1]];
  const outline = (m) => (line) => `M${line.map((corner) => moved(m, corner).join()).join("L")}Z`;
  decorations.push((name, m) => (on && registered() && uncompared[name]?.length
    ? [svg("path", { class: "uncompared", "fill-rule": "evenodd", d: uncompared[name].map(outline(m)).join("") })] : []));
  decorations.push((name, m) => (on && registered() ? found : []).flatMap((each, index) => {
    const places = corners(each[name]).map((corner) => moved(m, corner)), number = svg("text", { x: places[0][0] + 4, y: places[0][1] + 14 });
    number.textContent = String(index + 1);
    const missing = each.kind !== "moved" && each.kind !== name;
    return [svg("g", { class: `difference ${each.kind}${missing ? " missing" : ""}${index === at ? " meant" : ""}` },
      svg("polygon", { points: places.map((place) => place.join()).join(" ") }), number)];
  }));
  // What is seen of a difference: of something that moved, both places.
  const around = (each) => {
    if (each.kind !== "moved") return each.first;
    const back = inverse(value.matrix), places = [...corners(each.first), ...corners(each.second).map((corner) => moved(back, corner))];
    const [x, y] = [0, 1].map((axis) => places.map((place) => place[axis]));
    return [Math.min(...x), Math.min(...y), Math.max(...x), Math.max(...y)];
  };
  const go = (index) => {
    if (!on || !found.length) return;
    at = index === at ? -1 : (index + found.length) % found.length;
    [...list.children].forEach((item, number) => item.firstChild.setAttribute("aria-pressed", String(number === at)));
    if (at < 0) return fit();
    list.children[at].scrollIntoView({ block: "nearest", inline: "nearest" });
    zoomOnto(around(found[at]));
    panBy(0, 0);
  };
  const show = (answer) => {
    found = answer?.found || [];
    uncompared = answer?.uncompared || {};
    at = -1;
    tell.textContent = answer?.error || answer?.sentence || "";
    list.replaceChildren(...found.map((each, index) => {
      const side = each.kind === "second" ? "second" : "first", subject = value[side];
      const crop = subject.kind === "work" ? picture(server, subject.work, { box: each[side] }) : "";
      return h("li", {}, h("button", { type: "button", "data-difference": index, "aria-pressed": "false", class: each.kind },
        crop, h("span", {}, `${index + 1} · ${KINDS[each.kind]}`)));
    }));
    lay();
  };
  const ask = async () => {
    const number = last += 1;
    of = here();
    show(null);
    tell.textContent = "Looking for differences …";
    const sent = { first: chosen(value.first), second: chosen(value.second), matrix: value.matrix };
    const answer = await server.differences(inCollection(sent)).catch(() => ({ error: "The server did not answer; try again." }));
    if (on && number === last && of === here()) show(answer);
  };
  const set = (next) => {
    if (next && !registered()) return;
    on = next;
    last += 1;
    panel.hidden = !on;
    $(".compare").classList.toggle("differing", on);
    button.setAttribute("aria-pressed", String(on));
    if (on) ask(); else show(null);
  };
  const settled = () => {
    button.disabled = !registered();
    if (on && !registered()) set(false);
    else if (on && of !== here()) ask();
  };

  Object.assign(keys, { d: () => set(!on), n: () => go(at + 1), p: () => go(at < 0 ? -1 : at - 1) });
  Object.assign(tools, { differences: () => set(!on) });
  list.addEventListener("click", (event) => {
    const item = event.target.closest("[data-difference]");
    if (item) go(Number(item.dataset.difference));
  });
  const escape = keys.Escape;
  keys.Escape = () => { if (on) set(false); else escape(); };
  panel.addEventListener("keydown", (event) => { if (event.key === "Escape") { event.preventDefault(); set(false); table.focus(); } });
  element.addEventListener("laid", settled);
  settled();
})();
