
// -- the light table: details laid freely, at one scale (follows script.js, whose names it uses) -----------------------
const table = (() => {
  const surface = $(".surface"), tools = $(".of-item"), ruler = $(".scale");
  const GAP = 0.12; // of an item, between those that were not laid out yet
  let items = []; // {mark, spot, node, width, height}, in table units
  let glass = { zoom: 10, x: 0, y: 0, fitted: false }; // screen pixels for a unit; where the table's origin lies
  let selected = null, gesture = null, inCm = true;

  const size = (place) => {
    if (place.gone) return [10, 10];
    if (inCm) return place.cm;
    const longest = Math.max(...place.pixels), reach = 20; // of one long side, where sizes are not known
    return place.pixels.map((side) => reach * side / longest);
  };
  const asked = (place, pixels) => { // no more pixels than the original has
    const width = Math.max(1, Math.min(place.pixels[0], Math.ceil(pixels), 1600));
    return `${place.service}/${place.region}/${width},/0/default.jpg`;
  };
  const make = (mark, index) => {
    const sizes = mark.places.map(size);
    const width = sizes.reduce((sum, [across]) => sum + across, 0), height = Math.max(...sizes.map(([, down]) => down));
    const images = mark.places.map((place, number) => (place.gone
      ? h("span", { class: "gone" }, "no longer in the collection")
      : h("img", { alt: "", draggable: "false", style: { width: `${100 * sizes[number][0] / width}%` } })));
    const node = h("div", { class: "item", tabindex: "0", role: "img", "aria-label": mark.name || mark.places.map((place) => place.title).join(" and "), title: mark.name || mark.places[0].title }, images);
    return { mark, node, width, height, spot: mark.spot ? { ...mark.spot } : null, index, images };
  };
  const arrange = () => { // those without a place of their own go into rows, below what was laid out
    const free = items.filter((item) => !item.spot);
    if (!free.length) return;
    const laid = items.filter((item) => item.spot);
    const widest = Math.max(1.8 * Math.sqrt(free.reduce((sum, item) => sum + item.width * item.height, 0)), ...free.map((item) => item.width));
    let x = 0, y = laid.length ? Math.max(...laid.map((item) => item.spot.y + item.height * item.spot.zoom / 2)) * (1 + GAP) + 1 : 0, row = 0;
    for (const item of free) {
      const gap = GAP * item.width;
      if (x && x + item.width > widest) { x = 0; y += row * (1 + GAP); row = 0; }
      item.spot = { x: x + item.width / 2, y: y + item.height / 2, turn: 0, zoom: 1, over: 0 };
      x += item.width + gap;
      row = Math.max(row, item.height);
    }
  };
  const draw = (item) => {
    const { spot, node } = item, scale = glass.zoom * spot.zoom, width = item.width * scale;
    Object.assign(node.style, {
      width: `${width}px`, height: `${item.height * scale}px`, left: `${glass.x + spot.x * glass.zoom - width / 2}px`, top: `${glass.y + spot.y * glass.zoom - item.height * scale / 2}px`,
      transform: spot.turn ? `rotate(${spot.turn}deg)` : "", zIndex: String(spot.over + 1),
    });
    node.classList.toggle("selected", item === selected);
  };
  const sharpen = () => {
    for (const item of items) item.mark.places.forEach((place, number) => {
      const image = item.images[number];
      if (place.gone) return;
      const pixels = image.clientWidth * (window.devicePixelRatio || 1);
      if ((image.pixels || 0) < Math.min(pixels, place.pixels[0], 1600)) {
        image.pixels = Math.max(1.3 * pixels, 200);
        image.src = asked(place, image.pixels);
      }
    });
  };
  let settling = null;
  const paintAll = () => {
    items.forEach(draw);
    const lengths = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200], length = lengths.find((cm) => cm * glass.zoom >= 60) || 500;
    ruler.replaceChildren(...(inCm ? [h("span", { class: "bar", style: { width: `${length * glass.zoom}px` } }), `${length} cm, on all`] : ["Not to one scale: of some works the size is not known, or does not fit the picture"]));
    clearTimeout(settling);
    settling = setTimeout(sharpen, 150);
  };
  const extent = () => {
    const reach = (item) => Math.hypot(item.width, item.height) * item.spot.zoom / 2 * (item.spot.turn % 180 ? 1 : 0);
    const half = (item, side) => Math.max(reach(item), item[side] * item.spot.zoom / 2);
    return {
      x0: Math.min(...items.map((item) => item.spot.x - half(item, "width"))), x1: Math.max(...items.map((item) => item.spot.x + half(item, "width"))),
      y0: Math.min(...items.map((item) => item.spot.y - half(item, "height"))), y1: Math.max(...items.map((item) => item.spot.y + half(item, "height"))),
    };
  };
  const fit = () => {
    if (!items.length || !surface.clientWidth) return;
    const { x0, x1, y0, y1 } = extent(), room = 0.92;
    glass.zoom = room * Math.min(surface.clientWidth / (x1 - x0), surface.clientHeight / (y1 - y0));
    glass.x = surface.clientWidth / 2 - (x0 + x1) / 2 * glass.zoom;
    glass.y = surface.clientHeight / 2 - (y0 + y1) / 2 * glass.zoom;
    glass.fitted = true;
    paintAll();
  };
  const zoom = (factor, at = { x: surface.clientWidth / 2, y: surface.clientHeight / 2 }) => {
    const next = Math.min(Math.max(glass.zoom * factor, 0.2), 4000), ratio = next / glass.zoom;
    Object.assign(glass, { zoom: next, x: at.x - (at.x - glass.x) * ratio, y: at.y - (at.y - glass.y) * ratio });
    paintAll();
  };
  const select = (item) => {
    selected = item;
    tools.hidden = !item;
    items.forEach(draw);
  };
  const save = (...moved) => change("lay out", { spots: Object.fromEntries(moved.map((item) => [item.mark.id, item.spot])) });
  const alter = (how) => {
    if (!selected) return;
    how(selected.spot);
    draw(selected);
    sharpen();
    save(selected);
  };
  const top = () => Math.max(0, ...items.map((item) => item.spot.over)) + 1;

  const inSurface = (event) => {
    const bounds = surface.getBoundingClientRect();
    return { x: event.clientX - bounds.left, y: event.clientY - bounds.top };
  };
  surface.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    const item = items.find(({ node }) => node.contains(event.target)) || null, at = inSurface(event);
    select(item);
    surface.setPointerCapture(event.pointerId);
    gesture = { at, item, moved: false, from: item ? { ...item.spot } : { x: glass.x, y: glass.y } };
    (item ? item.node : surface).focus({ preventScroll: true });
    event.preventDefault();
  });
  surface.addEventListener("pointermove", (event) => {
    if (!gesture) return;
    const at = inSurface(event), x = at.x - gesture.at.x, y = at.y - gesture.at.y;
    gesture.moved ||= Math.hypot(x, y) > 3;
    if (!gesture.moved) return;
    if (gesture.item) {
      Object.assign(gesture.item.spot, { x: gesture.from.x + x / glass.zoom, y: gesture.from.y + y / glass.zoom });
      draw(gesture.item);
    } else {
      Object.assign(glass, { x: gesture.from.x + x, y: gesture.from.y + y });
      items.forEach(draw);
    }
  });
  const lifted = (event) => {
    const { item, moved } = gesture || {};
    gesture = null;
    if (item && moved && event.type !== "pointercancel") save(item);
  };
  surface.addEventListener("pointerup", lifted);
  surface.addEventListener("pointercancel", lifted);
  surface.addEventListener("wheel", (event) => {
    event.preventDefault();
    zoom(Math.exp(-Math.min(Math.max(event.deltaY * (event.deltaMode ? 30 : 1), -120), 120) / 400), inSurface(event));
  }, { passive: false });
  surface.addEventListener("focusin", (event) => {
    const item = items.find(({ node }) => node === event.target);
    if (item && item !== selected) select(item);
  });
  let pressing = null;
  surface.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = (event.shiftKey ? 1 : 12) / glass.zoom;
    const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (ways && selected) {
      const item = selected;
      Object.assign(item.spot, { x: item.spot.x + ways[0] * step, y: item.spot.y + ways[1] * step });
      draw(item);
      clearTimeout(pressing);
      pressing = setTimeout(() => save(item), 500);
    } else if (ways) {
      Object.assign(glass, { x: glass.x - 40 * ways[0], y: glass.y - 40 * ways[1] });
      items.forEach(draw);
    } else {
      const deed = { r: selected && own.right, R: selected && own.left, "+": selected ? own.larger : own.in, "=": selected ? own.larger : own.in, "-": selected ? own.smaller : own.out, f: selected && own.front, 0: own.fit, Escape: selected && (() => select(null)) }[event.key];
      if (!deed) return;
      deed();
    }
    event.preventDefault();
    event.stopPropagation();
  });
  new ResizeObserver(() => { if (!desk.hidden) (glass.fitted ? paintAll : fit)(); }).observe(surface);

  let of = "";
  const own = {
    in: () => zoom(1.4), out: () => zoom(1 / 1.4), fit,
    left: () => alter((spot) => { spot.turn = (spot.turn - 15) % 360; }), right: () => alter((spot) => { spot.turn = (spot.turn + 15) % 360; }),
    larger: () => alter((spot) => { spot.zoom = Math.min(spot.zoom * 1.1, 100); }), smaller: () => alter((spot) => { spot.zoom = Math.max(spot.zoom / 1.1, 0.01); }),
    "to-scale": () => alter((spot) => { spot.zoom = 1; }), front: () => alter((spot) => { spot.over = top(); }),
    lay: () => {
      if (gesture) return; // it is being moved
      const places = now.marks.flatMap((mark) => mark.places), focused = selected?.mark.id;
      inCm = places.every((place) => place.gone || place.cm);
      items = now.marks.filter((mark) => mark.places.length).map(make);
      arrange();
      const within = surface.contains(document.activeElement);
      surface.replaceChildren(...items.map(({ node }) => node));
      select(items.find((item) => item.mark.id === focused) || null);
      if (within) (selected?.node || surface).focus({ preventScroll: true });
      if (of !== now.set || !glass.fitted) fit();
      of = now.set;
      paintAll();
    },
  };
  return own;
})();
const layTable = () => table.lay();
