// Which works are shown as pictures, how large, and where, so that nothing is heaped. The most telling come first
// (explorer/maps/typical.py): large where there is room, then smaller; what is left gives way by a few pixels, as a small
// picture or a dot. Of very many points those that find no room stay dots in their place.
const CELL = 4, AROUND = 0.45; // pixels of a cell that is taken or free; how far beyond what is in sight, of its sides
const NUDGED = 4000, MOST_TRIED = 12_000, MOST_PICTURES = 2400, LARGEST = 190;

const sides = (inView) => {
  const { wide, high } = sized(), room = Math.sqrt(wide * high / clamp(inView, 3, 95));
  const large = clamp(0.62 * room, 62, LARGEST);
  return inView > 130 ? [large, 0.62 * large, clamp(0.34 * large, 22, 34)] : [large, 0.78 * large, 0.55 * large];
};
const outside = () => {
  const { wide, high } = sized(), { scale, x, y } = map.placedAt, ratio = view.scale / scale;
  const dx = view.x - x * ratio, dy = view.y - y * ratio;
  return Math.abs(dx) > 0.85 * AROUND * wide || Math.abs(dy) > 0.85 * AROUND * high;
};

const placePictures = () => {
  const { wide, high } = sized(), { xs, ys, order, count, ratio, offsets, pictured } = map;
  const edgeX = AROUND * wide, edgeY = AROUND * high;
  placeNames();
  map.placedAt = { ...view };
  map.grow = 1;
  map.shown = [];
  pictured.fill(0);
  offsets.fill(0);
  // the cells move with the map, so that the same pictures are chosen wherever one looks
  const startX = Math.floor((-edgeX - view.x) / CELL) * CELL + view.x, startY = Math.floor((-edgeY - view.y) / CELL) * CELL + view.y;
  const columns = Math.ceil((wide + 2 * edgeX) / CELL) + 2, lines = Math.ceil((high + 2 * edgeY) / CELL) + 2;
  const near = [];
  let inView = 0;
  const gather = (wanted) => {
    for (let rank = 0; rank < count; rank += 1) {
      const point = order[rank];
      if (lit && lit.has(point) !== wanted) continue;
      const x = view.x + xs[point] * view.scale, y = view.y + ys[point] * view.scale;
      if (x < -edgeX || y < -edgeY || x > wide + edgeX || y > high + edgeY) continue;
      if (x >= 0 && y >= 0 && x <= wide && y <= high) inView += 1;
      near.push(point);
    }
  };
  if (lit) gather(true);
  gather(false);
  if (map.header.grid) return onGrid(near);
  const taken = new Uint8Array(columns * lines);
  const free = (left, top, right, low) => {
    if (whole && (left < 2 || top < 2 || right > wide - 2 || low > high - 2)) return false; // all of it is to be seen
    const c0 = Math.floor((left - startX) / CELL), c1 = Math.floor((right - startX) / CELL), r0 = Math.floor((top - startY) / CELL), r1 = Math.floor((low - startY) / CELL);
    if (c0 < 0 || r0 < 0 || c1 >= columns || r1 >= lines) return false;
    const middle = ((r0 + r1) >> 1) * columns + ((c0 + c1) >> 1);
    if (taken[middle] || taken[r0 * columns + c0] || taken[r0 * columns + c1] || taken[r1 * columns + c0] || taken[r1 * columns + c1]) return false;
    for (let row = r0; row <= r1; row += 1) for (let at = row * columns + c0; at <= row * columns + c1; at += 1) if (taken[at]) return false;
    return true;
  };
  const take = (left, top, right, low) => {
    const c0 = Math.floor((left - startX) / CELL), c1 = Math.floor((right - startX) / CELL), r0 = Math.floor((top - startY) / CELL), r1 = Math.floor((low - startY) / CELL);
    for (let row = r0; row <= r1; row += 1) taken.fill(1, row * columns + c0, row * columns + c1 + 1);
  };
  if (whole) for (const tool of plane.querySelectorAll(".tools, .shows")) take(tool.offsetLeft - 4, tool.offsetTop - 4, tool.offsetLeft + tool.offsetWidth + 4, tool.offsetTop + tool.offsetHeight + 4);
  for (const { x, y, half } of map.names) {
    const across = view.x + x * view.scale, along = view.y + y * view.scale;
    if (across > half - edgeX && along > 12 - edgeY && across + half < wide + edgeX && along + 12 < high + edgeY) take(across - half, along - 11, across + half, along + 11);
  }
  const bar = barred() ? 4 : 0;
  const put = (point, side, dx, dy) => {
    const wide = ratio[point] >= 1 ? side : side * ratio[point], tall = wide / ratio[point];
    const x = view.x + xs[point] * view.scale + dx, y = view.y + ys[point] * view.scale + dy;
    const left = x - wide / 2 - 2, right = x + wide / 2 + 2, top = y - tall / 2 - 2, low = y + tall / 2 + 2 + bar;
    if (!free(left, top, right, low)) return false;
    take(left, top, right, low);
    offsets[2 * point] = dx;
    offsets[2 * point + 1] = dy;
    pictured[point] = 1;
    map.shown.push({ point, wide, tall });
    return true;
  };
  const [large, middle, small] = sides(inView);
  let left = near.length > NUDGED ? near.slice(0, MOST_TRIED) : near;
  for (const [side, most] of [[large, 300], [middle, 700]]) {
    let found = 0;
    left = left.filter((point) => {
      if (found >= most || !put(point, side, 0, 0)) return true;
      found += 1;
      return false;
    });
  }
  if (near.length > NUDGED) return;
  left = left.filter((point) => map.shown.length >= MOST_PICTURES || !around(small, (dx, dy) => put(point, small, dx, dy), near.length < 300 ? 7 * small : 2.4 * small));
  const block = Math.ceil((2 * dotRadius() + 1) / CELL), half = block * CELL / 2; // cells that a dot needs each way
  for (const point of left) around(CELL, (dx, dy) => {
    const x = view.x + xs[point] * view.scale + dx, y = view.y + ys[point] * view.scale + dy;
    const [cornerX, cornerY] = [[x, startX], [y, startY]].map(([spot, start]) => start + Math.round((spot - half - start) / CELL) * CELL);
    if (!free(cornerX + 0.1, cornerY + 0.1, cornerX + 2 * half - 0.1, cornerY + 2 * half - 0.1)) return false;
    take(cornerX + 0.1, cornerY + 0.1, cornerX + 2 * half - 0.1, cornerY + 2 * half - 0.1);
    offsets[2 * point] = dx + cornerX + half - x;
    offsets[2 * point + 1] = dy + cornerY + half - y;
    return true;
  }, 150);
};
// Tries places at and round a point, in rings, until one does.
const around = (step, fits, reach) => {
  if (fits(0, 0)) return true;
  const by = Math.max(CELL, step / 4);
  for (let ring = by; ring <= reach; ring += by) {
    const turns = Math.max(8, Math.round(2 * Math.PI * ring / (1.5 * by)));
    for (let turn = 0; turn < turns; turn += 1) {
      const angle = 2 * Math.PI * (turn + 0.5 * (ring / by % 2)) / turns;
      if (fits(ring * Math.cos(angle), ring * Math.sin(angle))) return true;
    }
  }
  return false;
};
const onGrid = (near) => {
  const side = 0.93 * view.scale / map.header.grid[1], bar = barred() ? Math.min(4, 0.06 * side) : 0;
  if (side < 6) return;
  for (const point of near.slice(0, 6000)) {
    const room = side - bar, wide = map.ratio[point] >= 1 ? room : room * map.ratio[point];
    map.pictured[point] = 1;
    map.shown.push({ point, wide, tall: wide / map.ratio[point] });
  }
};
const dotRadius = () => {
  const few = map.count > 20_000 ? 1.5 : map.count > 4000 ? 2.1 : 2.8;
  return Math.min(few * Math.pow(Math.max(zoomed(), 0.7), 0.3), 6);
};

// -- what lies under a place of the plane ----------------------------------------------------------------------------
const pointUnder = (x, y, far) => {
  for (let index = map.shown.length - 1; index >= 0; index -= 1) {
    const { point, wide, tall } = map.shown[index], spot = at(point);
    if (Math.abs(spot.x - x) <= wide / 2 * map.grow + 2 && Math.abs(spot.y - y) <= tall / 2 * map.grow + 2) return point;
  }
  return nearest(x, y, far);
};
const nearest = (x, y, far, but = -1) => {
  let best = -1, least = far * far;
  const { xs, ys, offsets, count, grow } = map;
  for (let point = 0; point < count; point += 1) {
    const dx = view.x + xs[point] * view.scale + offsets[2 * point] * grow - x, dy = view.y + ys[point] * view.scale + offsets[2 * point + 1] * grow - y;
    const away = dx * dx + dy * dy;
    if (away < least && point !== but) { least = away; best = point; }
  }
  return best;
};
