// The pixels of pictures on the graphics: sheets of small thumbnails for all works, and two stocks of places for sharper
// ones, which the latest that are seen have.
const SHEET = 2048, MOST_SHEETS = 12;
const STOCKS = [{ kind: 2, side: 256, places: 144 }, { kind: 3, side: 512, places: 36 }];
const AT_ONCE = 6, KEPT_IMAGES = 160;

// The thumbnails of works as images, by the addresses that the server gives, asked for together.
const addresses = new Map(), asking = new Map();
let asks = 0;
const addressOf = (work) => addresses.get(work) || new Promise((resolve) => {
  if (!asking.has(work)) asking.set(work, []);
  asking.get(work).push(resolve);
  if (!asks) asks = setTimeout(askAddresses, 20);
});
const askAddresses = async () => {
  asks = 0;
  const batch = [...asking.entries()].slice(0, 64);
  batch.forEach(([work]) => asking.delete(work));
  if (asking.size) asks = setTimeout(askAddresses, 20);
  const found = await server.thumbnails(inCollection({ works: batch.map(([work]) => work) })).catch(() => ({}));
  for (const [work, resolves] of batch) {
    if (found?.[work]) addresses.set(work, found[work]);
    resolves.forEach((resolve) => resolve(found?.[work]));
  }
};
const images = new Map(); // work -> promise of its image
const imageOf = (work) => {
  if (images.has(work)) { const known = images.get(work); images.delete(work); images.set(work, known); return known; }
  const made = Promise.resolve(addressOf(work)).then(async (url) => {
    if (!url) throw new Error("no picture");
    const image = new Image();
    image.src = url;
    await image.decode();
    return image;
  });
  images.set(work, made);
  made.catch(() => {});
  if (images.size > KEPT_IMAGES) images.delete(images.keys().next().value);
  return made;
};
// The part of a sheet that a point's picture is: fractions, and which sheet.
const inSheet = (point) => {
  const { cell, across, sheets } = map.atlas, row = map.work[point], work = map.rows.get(row), nth = row % (across * across), sheet = Math.floor(row / (across * across));
  if (!work || sheet >= Math.min(sheets.length, MOST_SHEETS)) return null;
  const scale = cell / Math.max(work.width, work.height, 1), wide = Math.max(1, Math.round(work.width * scale)), high = Math.max(1, Math.round(work.height * scale));
  const left = (nth % across) * cell + Math.floor((cell - wide) / 2), top = Math.floor(nth / across) * cell + Math.floor((cell - high) / 2);
  const [x0, y0, x1, y1] = boxOf(point) || [0, 0, 1, 1];
  return { sheet, cut: [left + x0 * wide, top + y0 * high, left + x1 * wide, top + y1 * high], side: Math.max((x1 - x0) * wide, (y1 - y0) * high) };
};

const texturesOf = (gl) => {
  const made = (side, layers, levels) => {
    const texture = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D_ARRAY, texture);
    gl.texStorage3D(gl.TEXTURE_2D_ARRAY, levels, gl.RGBA8, side, side, Math.max(layers, 1));
    for (const [name, value] of [["MIN_FILTER", levels > 1 ? gl.LINEAR_MIPMAP_LINEAR : gl.LINEAR], ["MAG_FILTER", gl.LINEAR], ["WRAP_S", gl.CLAMP_TO_EDGE], ["WRAP_T", gl.CLAMP_TO_EDGE]])
      gl.texParameteri(gl.TEXTURE_2D_ARRAY, gl[`TEXTURE_${name}`], value);
    return texture;
  };
  let sheets = null, loaded = [], of = "";
  const stocks = STOCKS.map((stock) => ({ ...stock, texture: null, held: new Map(), free: [...Array(stock.places).keys()] }));
  const pen = document.createElement("canvas").getContext("2d");
  let wanted = [], loading = 0, again = 0, time = 0;

  const setSheets = (atlas) => {
    const asked = atlas.sheets.join();
    if (asked === of) return;
    of = asked;
    if (sheets) gl.deleteTexture(sheets);
    const texture = sheets = made(SHEET, Math.min(atlas.sheets.length, MOST_SHEETS), 5);
    loaded = atlas.sheets.map(() => false);
    for (const stock of stocks) { stock.held.clear(); stock.free = [...Array(stock.places).keys()]; }
    atlas.sheets.slice(0, MOST_SHEETS).forEach(async (url, layer) => {
      const image = new Image();
      image.src = url;
      try { await image.decode(); } catch (error) { return; }
      if (texture !== sheets) return;
      gl.bindTexture(gl.TEXTURE_2D_ARRAY, texture);
      gl.texSubImage3D(gl.TEXTURE_2D_ARRAY, 0, 0, 0, layer, image.naturalWidth, image.naturalHeight, 1, gl.RGBA, gl.UNSIGNED_BYTE, image);
      gl.generateMipmap(gl.TEXTURE_2D_ARRAY);
      loaded[layer] = true;
      refresh();
    });
  };
  const refresh = () => { if (!again) again = setTimeout(() => { again = 0; if (map) { painter.pictures(); redraw(); } }, 60); };
  const begin = () => { wanted = []; time += 1; };
  // Where the pixels of a point come from, for a picture of so many pixels; what would be sharper is fetched.
  const source = (point, pixels) => {
    const part = inSheet(point), key = map.box ? `${map.work[point]}|${map.region[point]}` : `${map.work[point]}`;
    const stock = stocks[pixels > 1.15 * STOCKS[0].side ? 1 : 0];
    for (const each of [stock, ...stocks]) {
      const held = each.held.get(key);
      if (!held) continue;
      held.time = time;
      if (each !== stock && pixels > 1.15 * each.side) want(point, key, stock);
      return { kind: each.kind, layer: held.place, cut: held.cut };
    }
    if (!part || pixels > 1.1 * part.side) want(point, key, stock);
    if (part && loaded[part.sheet]) return { kind: 1, layer: part.sheet, cut: part.cut.map((side) => side / SHEET) };
    return { kind: 0, layer: 0, cut: [0, 0, 1, 1] };
  };
  const want = (point, key, stock) => { wanted.push({ point, key, stock, of: map }); if (!loading) setTimeout(load, 0); };
  const room = (stock) => {
    if (stock.free.length) return stock.free.pop();
    let oldest = null;
    for (const [key, held] of stock.held) if (!oldest || held.time < oldest.time) oldest = { key, ...held };
    if (!oldest || oldest.time >= time) return -1; // all of them are in sight
    stock.held.delete(oldest.key);
    return oldest.place;
  };
  const load = async () => {
    while (loading < AT_ONCE && wanted.length) {
      const each = wanted.shift();
      if (each.of !== map || each.stock.held.has(each.key)) continue;
      loading += 1;
      fetched(each).catch(() => {}).then(() => { loading -= 1; load(); });
    }
  };
  const fetched = async ({ point, key, stock, of: asked }) => {
    const work = workOf(point);
    if (!work) return;
    const image = await imageOf(work.id);
    if (asked !== map || stock.held.has(key)) return;
    const place = room(stock);
    if (place < 0) return;
    const [x0, y0, x1, y1] = boxOf(point) || [0, 0, 1, 1], [wide, high] = [(x1 - x0) * image.naturalWidth, (y1 - y0) * image.naturalHeight];
    const scale = Math.min(stock.side / Math.max(wide, high), 2), across = Math.max(1, Math.round(wide * scale)), down = Math.max(1, Math.round(high * scale));
    pen.canvas.width = across;
    pen.canvas.height = down;
    pen.imageSmoothingQuality = "high";
    pen.drawImage(image, x0 * image.naturalWidth, y0 * image.naturalHeight, wide, high, 0, 0, across, down);
    if (!stock.texture) stock.texture = made(stock.side, stock.places, 1);
    gl.bindTexture(gl.TEXTURE_2D_ARRAY, stock.texture);
    gl.texSubImage3D(gl.TEXTURE_2D_ARRAY, 0, 0, 0, place, across, down, 1, gl.RGBA, gl.UNSIGNED_BYTE, pen.canvas);
    const edge = 0.5 / stock.side;
    stock.held.set(key, { place, time, cut: [edge, edge, across / stock.side - edge, down / stock.side - edge] });
    refresh();
  };
  const bind = ({ at: place }) => [sheets, ...stocks.map((stock) => stock.texture)].forEach((texture, unit) => {
    gl.activeTexture(gl.TEXTURE0 + unit);
    gl.bindTexture(gl.TEXTURE_2D_ARRAY, texture);
    gl.uniform1i(place(["u_sheets", "u_small", "u_large"][unit]), unit);
  });
  return { sheets: setSheets, begin, source, bind };
};
