
// -- colours over the painting (follows script.js, whose names it uses) ------------------------------------------------
const heatmap = (() => {
  const heat = $(".heat");
  let shown = null; // {rows, columns, levels, strength}

  const colours = () => { // the ramp of the theme, as numbers
    const style = getComputedStyle(element);
    const sample = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    return [0, 1, 2, 3].map((number) => {
      sample.clearRect(0, 0, 1, 1);
      sample.fillStyle = style.getPropertyValue(`--heat-${number}`);
      sample.fillRect(0, 0, 1, 1);
      return [...sample.getImageData(0, 0, 1, 1).data];
    });
  };
  const mixed = (stops, level) => {
    const at = level / 255 * (stops.length - 1), low = Math.min(Math.floor(at), stops.length - 2), part = at - low;
    return stops[low].map((first, channel) => first + (stops[low + 1][channel] - first) * part);
  };
  const paint = () => {
    const { rows, columns, levels } = shown, stops = colours();
    Object.assign(heat, { width: columns, height: rows });
    const context = heat.getContext("2d"), image = context.createImageData(columns, rows);
    levels.forEach((level, cell) => image.data.set(mixed(stops, level).map(Math.round), 4 * cell));
    context.putImageData(image, 0, 0);
    heat.style.opacity = shown.strength / 100;
  };
  new MutationObserver(() => { if (shown) paint(); }).observe(document.body, { attributeFilter: ["class"] }); // light, dark

  return {
    // A grid of levels, 0 to 255 row by row, as strong as `strength` of 100; null takes the colours away.
    show: (grid, strength) => {
      shown = grid && { ...grid, strength };
      heat.hidden = !grid;
      if (grid) paint();
    },
    colour: (level) => {
      const [red, green, blue, opacity] = mixed(colours(), level).map(Math.round);
      return `rgb(${red} ${green} ${blue} / ${opacity / 255})`;
    },
    strength: (next) => {
      if (shown) shown.strength = next;
      heat.style.opacity = next / 100;
    },
  };
})();
