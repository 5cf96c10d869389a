
// -- how the picture is looked at: turned, lighter, alone on the screen (follows script.js, whose names it uses) --------
const looking = (() => {
  const panel = $(".looking"), light = panel.querySelector("[name=brightness]"), contrast = panel.querySelector("[name=contrast]");
  const viewer = $(".viewer"), button = $("[data-do=look]"), fullButton = panel.querySelector("[data-look=full]");

  const PLAIN = "0"; // the middle of a slider; its ends are half and double, or 0.4 and 2.5 times
  const changed = () => turns !== 0 || light.value !== PLAIN || contrast.value !== PLAIN;
  const said = () => {
    button.classList.toggle("changed", changed());
    panel.querySelector("[data-look=reset]").disabled = !changed();
  };
  const filter = () => {
    const plain = light.value === PLAIN && contrast.value === PLAIN;
    const made = [["brightness", light, 2], ["contrast", contrast, 2.5]].map(([name, field, most]) => {
      const percent = Math.round(100 * most ** (field.value / 100));
      field.setAttribute("aria-valuetext", `${percent} percent`);
      return `${name}(${percent}%)`;
    });
    sheet.style.setProperty("--look", plain ? "none" : made.join(" "));
    said();
  };
  const set = (next) => {
    turns = next;
    stage.dataset.turns = turns;
    sheet.style.setProperty("--upright", `${-90 * turns}deg`);
    said();
  };
  const turn = (by) => {
    if (!value.url) return;
    const middle = onSheet({ x: stage.clientWidth / 2, y: stage.clientHeight / 2 }); // it stays there
    set((turns + by + 4) % 4);
    lay();
    const { width, height } = seen(view), at = turned(middle);
    view.x = stage.clientWidth / 2 - at.x * width;
    view.y = stage.clientHeight / 2 - at.y * height;
    lay();
    sized();
    say(turns ? `Turned ${["", "90° to the right", "180°", "90° to the left"][turns]}.` : "Upright.");
  };
  const reset = () => {
    light.value = contrast.value = PLAIN;
    set(0);
    filter();
    lay();
  };
  const open = (on) => {
    panel.hidden = !on;
    button.setAttribute("aria-expanded", String(on));
    if (!on) ruler.leave();
  };
  const full = () => {
    if (document.fullscreenElement) document.exitFullscreen();
    else viewer.requestFullscreen?.().catch(() => say("The browser does not let the page fill the screen."));
  };
  fullButton.hidden = !document.fullscreenEnabled;
  document.addEventListener("fullscreenchange", () => {
    const on = document.fullscreenElement === viewer;
    fullButton.textContent = on ? "Leave full screen" : "Full screen";
    fullButton.setAttribute("aria-pressed", String(on));
  });

  const deeds = { left: () => turn(-1), right: () => turn(1), reset, full, ruler: () => ruler.toggle(), away: () => open(false) };
  panel.addEventListener("click", (event) => {
    const pressed = event.target.closest("[data-look]");
    if (pressed) deeds[pressed.dataset.look]();
  });
  panel.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    if (document.fullscreenElement) return full();
    open(false);
    stage.focus({ preventScroll: true });
  });
  for (const field of [light, contrast]) field.addEventListener("input", filter);

  return {
    turn, full, reset, hide: () => open(false), toggle: () => open(panel.hidden),
    leaveFull: () => document.fullscreenElement === viewer && (full(), true),
  };
})();
