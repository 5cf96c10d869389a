// What lies over the points: names of groups, axes, lines to true neighbours, the loop that is drawn, the point in hand.
const pen = over.getContext("2d");
const LEVELS = [2.4, 6]; // from how many times the whole map on the groups of the next level are named
const MOST_TICKS = 9;

const rounds = (start, end) => {
  const [low, high] = [Math.min(start, end), Math.max(start, end)], rough = (high - low) / MOST_TICKS;
  if (!(rough > 0)) return [];
  const unit = 10 ** Math.floor(Math.log10(rough)), by = [1, 2, 5, 10].map((factor) => factor * unit).find((each) => each >= rough);
  const made = [];
  for (let value = Math.ceil(low / by) * by; value <= high + 1e-9 && made.length < 3 * MOST_TICKS; value += by) made.push(+value.toPrecision(10));
  return made;
};
const inks = () => ({ ink: style("--ink"), paper: style("--surface"), ground: style("--paper"), muted: style("--muted"), line: style("--hairline"), mark: style("--accent"), serif: style("--serif") || "serif", sans: style("--sans") || "sans-serif" });
let ink = null; // read again when the page turns dark or light
const written = (words, x, y, { size = 13, family = ink.sans, colour = ink.ink, align = "center", weight = "" } = {}) => {
  pen.font = `${weight} ${size}px ${family}`;
  pen.textAlign = align;
  pen.lineJoin = "round";
  pen.lineWidth = 4;
  pen.strokeStyle = ink.paper;
  pen.strokeText(words, x, y);
  pen.fillStyle = colour;
  pen.fillText(words, x, y);
};

const drawOver = () => {
  const sharp = window.devicePixelRatio || 1, { wide, high } = sized(), across = Math.round(wide * sharp), down = Math.round(high * sharp);
  ink ||= inks();
  if (over.width !== across || over.height !== down) { over.width = across; over.height = down; }
  pen.setTransform(sharp, 0, 0, sharp, 0, 0);
  pen.clearRect(0, 0, wide, high);
  drawAxes(wide, high);
  if (!map.moving) { drawNames(wide, high); drawPins(); }
  drawHere();
  drawLoop();
};
const drawAxes = (wide, high) => map.header.axes.forEach((axis, upright) => {
  if (!axis.title) return;
  const years = /^(year|date)$/.test(axis.title), along = (value) => (value - axis.start) / (axis.end - axis.start);
  const spans = upright ? [(-view.y) / view.scale, (high - view.y) / view.scale] : [(-view.x) / view.scale / map.across, (wide - view.x) / view.scale / map.across];
  const [from, to] = spans.map((share) => clamp(share, 0, 1)).map((share) => axis.start + share * (axis.end - axis.start));
  for (const value of rounds(from, to)) {
    if (years && value % 1) continue;
    const spot = along(value), x = view.x + spot * map.across * view.scale, y = view.y + spot * view.scale;
    pen.fillStyle = ink.line;
    if (upright) pen.fillRect(0, y, wide, 1); else pen.fillRect(x, 0, 1, high);
    written(years ? String(value) : value.toLocaleString("en"), upright ? 6 : x + 4, upright ? y - 4 : high - 8, { colour: ink.muted, align: "left" });
  }
  written(axis.title.replaceAll("_", " "), upright ? 6 : wide - 8, upright ? 56 : high - 26, { colour: ink.muted, align: upright ? "left" : "right" });
});
// Which groups are named where one looks, each with its place on the plane and half its width in pixels: no two names lie
// on each other, and pictures keep clear of them.
const placeNames = () => {
  const far = zoomed(), wanted = far < LEVELS[0] ? 0 : far < LEVELS[1] ? 1 : 2, laid = [];
  ink ||= inks();
  pen.font = `15px ${ink.serif}`;
  const named = (map.header.grid ? [] : map.header.labels).filter((label) => !/^group \d+$/.test(label.name));
  const level = Math.max(...named.map((label) => label.level).filter((each) => each <= wanted), -1);
  for (const label of named) {
    if (label.level !== level) continue;
    const half = pen.measureText(label.name).width / 2 + 7, x = label.x * view.scale, y = label.y * view.scale;
    if (laid.some((other) => Math.abs(other.x * view.scale - x) < other.half + half && Math.abs(other.y * view.scale - y) < 26)) continue;
    laid.push({ name: label.name, x: label.x, y: label.y, half });
  }
  map.names = laid;
};
const drawNames = (wide, high) => {
  pen.font = `15px ${ink.serif}`;
  pen.textAlign = "center";
  for (const { name, x: across, y: along, half } of map.names || []) {
    const x = view.x + across * view.scale, y = view.y + along * view.scale;
    if (x < -half || y < -12 || x > wide + half || y > high + 12) continue;
    pen.fillStyle = ink.ground;
    pen.fillRect(x - half, y - 11, 2 * half, 22);
    pen.fillStyle = ink.ink;
    pen.fillText(name, x, y + 5);
  }
};
const shortened = (words) => (words.length > 48 ? `${words.slice(0, 46).trim()} …` : words);
const drawPins = () => pins.forEach((pin) => {
  const [across, along] = map.turned(...pin.xy), x = view.x + across * view.scale, y = view.y + along * view.scale;
  pen.lineWidth = 1.2;
  pen.strokeStyle = ink.mark;
  pin.near.forEach((point, rank) => {
    const to = at(point);
    pen.globalAlpha = Math.max(0.25, 0.85 - 0.05 * rank);
    pen.beginPath();
    pen.moveTo(x, y);
    pen.lineTo(to.x, to.y);
    pen.stroke();
  });
  pen.globalAlpha = 1;
  pen.beginPath();
  pen.arc(x, y, 7, 0, 2 * Math.PI);
  pen.fillStyle = ink.paper;
  pen.fill();
  pen.lineWidth = 3;
  pen.stroke();
  written(shortened(pin.called), x, y - 14, { size: 15, family: ink.serif });
});
const frameOf = (point) => map.shown.find((each) => each.point === point);
const drawHere = () => {
  if (here < 0 || here >= map.count) return;
  const { x, y } = at(here), shown = frameOf(here);
  pen.lineWidth = 2.5;
  pen.strokeStyle = ink.ink;
  pen.beginPath();
  if (shown) pen.rect(x - shown.wide / 2 * map.grow - 4, y - shown.tall / 2 * map.grow - 4, shown.wide * map.grow + 8, shown.tall * map.grow + 8 + (barred() ? 4 : 0));
  else pen.arc(x, y, dotRadius() + 5, 0, 2 * Math.PI);
  pen.stroke();
};
const drawLoop = () => {
  if (!drag?.loop) return;
  pen.beginPath();
  drag.loop.forEach(({ x, y }, index) => (index ? pen.lineTo(x, y) : pen.moveTo(x, y)));
  pen.closePath();
  pen.lineWidth = 1.5;
  pen.setLineDash([5, 4]);
  pen.strokeStyle = ink.ink;
  pen.stroke();
  pen.setLineDash([]);
  pen.globalAlpha = 0.08;
  pen.fillStyle = ink.ink;
  pen.fill();
  pen.globalAlpha = 1;
};
