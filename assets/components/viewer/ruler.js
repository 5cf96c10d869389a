
// -- centimetres (follows script.js, whose names it uses) --------------------------------------------------------------
// The catalogue's size of the work over the picture's: a bar that is always there, and a line that is drawn.
const ruler = (() => {
  const bar = $(".scalebar"), rod = bar.querySelector("i"), button = $("[data-look=ruler]"), unknown = $(".unknown-size");
  const art = $(".measure"), text = $(".length");
  let on = false, line = null, first = null, of = ""; // line: two points of the sheet, of which picture; first: an end that is set

  const known = () => Boolean(value.url && value.cm_per_pixel);
  const long = ([a, b]) => Math.hypot((a.x - b.x) * value.width, (a.y - b.y) * value.height) * value.cm_per_pixel;
  const words = (cm) => `${cm >= 100 ? cm.toFixed(0) : cm >= 10 ? cm.toFixed(1) : cm.toFixed(2)} cm`;
  const scale = () => {
    const perCm = view.width / value.width / value.cm_per_pixel; // CSS pixels
    const wanted = Math.min(150, stage.clientWidth / 4) / perCm, power = 10 ** Math.floor(Math.log10(wanted));
    const cm = [5, 2, 1].find((step) => step * power <= wanted) * power;
    rod.style.width = `${cm * perCm}px`;
    bar.querySelector("b").textContent = cm < 1 ? `${Number((10 * cm).toPrecision(1))} mm` : `${cm} cm`;
  };
  const moved = () => {
    bar.hidden = !known();
    if (known()) scale();
    button.hidden = !known();
    unknown.hidden = known();
    unknown.textContent = value.no_scale || "";
    art.toggleAttribute("hidden", !line);
    text.hidden = !line || line[0] === line[1];
    if (!line) return;
    const [a, b] = line.map(inStage);
    for (const stroke of art.querySelectorAll("line")) for (const [name, at] of Object.entries({ x1: a.x, y1: a.y, x2: b.x, y2: b.y })) stroke.setAttribute(name, at);
    [...art.querySelectorAll("circle")].forEach((dot, index) => { dot.setAttribute("cx", [a, b][index].x); dot.setAttribute("cy", [a, b][index].y); });
    text.textContent = words(long(line));
    Object.assign(text.style, { left: `${(a.x + b.x) / 2}px`, top: `${(a.y + b.y) / 2}px` });
  };
  const draw = (from, to) => {
    const within = ({ x, y }) => ({ x: clamp(x, 0, 1), y: clamp(y, 0, 1) });
    line = [within(from), within(to)];
    of = value.url;
    first = null;
    moved();
  };
  const set = (next) => {
    on = next && known();
    line = first = null;
    button.setAttribute("aria-pressed", String(on));
    stage.classList.toggle("measures", on);
    stage.classList.toggle("grasps", on || touching.drawing());
    moved();
    outline();
  };
  document.addEventListener("explorer:stage", () => { if (!known() || (line && of !== value.url)) set(false); });
  return {
    moved, draw,
    on: () => on,
    toggle: () => {
      if (!known()) return say(value.no_scale);
      if (!on) say("Drag a line, or choose its two ends.");
      set(!on);
    },
    leave: () => on && (set(false), true),
    press: ({ x, y }) => { // one end, then the other
      const at = { x, y };
      if (first) return draw(first, at);
      first = at;
      line = [at, at];
      of = value.url;
      moved();
      say("Now the other end.");
    },
  };
})();
