// Drawing with WebGL: the points are sent to the graphics once, a movement changes three numbers. Pictures are quads
// whose pixels come from the sheets of thumbnails, or, where they are large, from the works' own thumbnails.
const FRAME = `#version 300 es
precision highp float;
uniform vec3 u_view; uniform vec2 u_size; uniform float u_mix, u_grow;
vec4 placed(vec2 spot, vec2 pixels) {
  vec2 at = (u_view.yz + spot * u_view.x + pixels) / u_size * 2.0 - 1.0;
  return vec4(at.x, -at.y, 0.0, 1.0);
}`;
const DOTS = `${FRAME}
layout(location=0) in vec2 a_from; layout(location=1) in vec2 a_to; layout(location=2) in vec2 a_off;
layout(location=3) in vec4 a_first; layout(location=4) in vec4 a_second; layout(location=5) in float a_state;
uniform float u_radius, u_sharp, u_dim;
out vec4 v_first, v_second; out float v_ring;
void main() {
  bool dim = a_state == 2.0;
  if (a_state == 0.0 || dim != (u_dim > 0.5)) { gl_Position = vec4(9.0); gl_PointSize = 0.0; return; }
  gl_Position = placed(mix(a_from, a_to, u_mix), a_off * u_grow * step(1.0, u_mix));
  v_ring = a_state >= 3.0 ? a_state - 2.0 : 0.0;
  float alpha = dim ? 0.16 : 1.0;
  v_first = vec4(a_first.rgb, alpha); v_second = vec4(a_second.rgb, alpha);
  gl_PointSize = (2.0 * u_radius + (v_ring > 0.0 ? 4.0 : 1.0)) * u_sharp;
}`;
const DOT = `#version 300 es
precision highp float;
in vec4 v_first, v_second; in float v_ring; uniform vec3 u_paper, u_mark; uniform float u_soft; out vec4 colour;
void main() {
  vec2 at = gl_PointCoord * 2.0 - 1.0;
  float far = length(at), edge = fwidth(far);
  vec4 own = at.x + at.y > 0.0 ? v_second : v_first;
  vec3 ring = v_ring > 0.5 ? u_mark : u_paper;
  float inner = v_ring > 0.5 ? 0.66 : u_soft;
  float inside = 1.0 - smoothstep(1.0 - edge, 1.0, far);
  colour = vec4(mix(own.rgb, ring, smoothstep(inner, inner + edge, far)), own.a * inside);
  colour.rgb *= colour.a;
}`;
const PICTURES = `${FRAME}
layout(location=0) in vec4 a_places; layout(location=1) in vec4 a_pixels; layout(location=2) in vec4 a_cut;
layout(location=3) in vec4 a_from; layout(location=4) in vec4 a_first; layout(location=5) in vec4 a_second;
const vec2 CORNERS[4] = vec2[4](vec2(-1, -1), vec2(1, -1), vec2(-1, 1), vec2(1, 1));
uniform float u_bar;
out vec2 v_at, v_half; out vec4 v_first, v_second; flat out vec4 v_from, v_cut;
void main() {
  vec2 corner = CORNERS[gl_VertexID], around = vec2(a_from.z > 0.5 ? 2.0 : 1.0);
  v_half = a_pixels.zw * u_grow;
  v_at = corner * (v_half + around);
  if (corner.y > 0.0) v_at.y += u_bar;
  gl_Position = placed(mix(a_places.xy, a_places.zw, u_mix), a_pixels.xy * u_grow * u_mix + v_at);
  v_first = a_first; v_second = a_second; v_from = a_from; v_cut = a_cut;
}`;
const PICTURE = `#version 300 es
precision highp float; precision highp sampler2DArray;
in vec2 v_at, v_half; in vec4 v_first, v_second; flat in vec4 v_from, v_cut;
uniform sampler2DArray u_sheets, u_small, u_large; uniform vec3 u_paper, u_line, u_mark, u_well; uniform float u_bar;
out vec4 colour;
void main() {
  vec2 share = (v_at + v_half) / (2.0 * v_half), cut = mix(v_cut.xy, v_cut.zw, clamp(share, 0.0, 1.0));
  float kind = v_from.x; vec3 at = vec3(cut, v_from.y);
  vec3 seen = kind < 0.5 ? u_well : kind < 1.5 ? texture(u_sheets, at).rgb : kind < 2.5 ? texture(u_small, at).rgb : texture(u_large, at).rgb;
  bool marked = v_from.z > 0.5;
  if (abs(v_at.x) > v_half.x || v_at.y < -v_half.y || v_at.y > v_half.y + u_bar) seen = marked ? u_mark : u_line;
  else if (v_at.y > v_half.y) seen = v_at.x > 0.0 ? v_second.rgb : v_first.rgb;
  colour = vec4(mix(seen, u_paper, v_from.w), 1.0);
}`;

const compiled = (gl, vertex, fragment) => {
  const program = gl.createProgram();
  for (const [kind, source] of [[gl.VERTEX_SHADER, vertex], [gl.FRAGMENT_SHADER, fragment]]) {
    const shader = gl.createShader(kind);
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) throw new Error(gl.getProgramInfoLog(program));
  const places = new Map();
  return { program, at: (name) => { if (!places.has(name)) places.set(name, gl.getUniformLocation(program, name)); return places.get(name); } };
};

const FLOATS = 18; // of a picture: two places, offset and half size, the cut, where from; then two colours of 4 bytes
const glPainter = (canvas) => {
  const gl = canvas.getContext("webgl2", { antialias: false, alpha: true, premultipliedAlpha: true, powerPreference: "low-power" });
  if (!gl) return null;
  const dots = compiled(gl, DOTS, DOT), pictures = compiled(gl, PICTURES, PICTURE);
  const buffers = Object.fromEntries(["from", "to", "off", "first", "second", "state", "pictures"].map((name) => [name, gl.createBuffer()]));
  const send = (name, data, how = gl.DYNAMIC_DRAW) => { gl.bindBuffer(gl.ARRAY_BUFFER, buffers[name]); gl.bufferData(gl.ARRAY_BUFFER, data, how); };
  const arrays = [gl.createVertexArray(), gl.createVertexArray()];
  gl.bindVertexArray(arrays[0]);
  const attribute = (place, name, size, kind, normal, stride = 0, offset = 0, divisor = 0) => {
    gl.bindBuffer(gl.ARRAY_BUFFER, buffers[name]);
    gl.enableVertexAttribArray(place);
    gl.vertexAttribPointer(place, size, kind, normal, stride, offset);
    gl.vertexAttribDivisor(place, divisor);
  };
  [["from", 2, gl.FLOAT], ["to", 2, gl.FLOAT], ["off", 2, gl.FLOAT], ["first", 4, gl.UNSIGNED_BYTE, true], ["second", 4, gl.UNSIGNED_BYTE, true], ["state", 1, gl.UNSIGNED_BYTE, false]]
    .forEach(([name, size, kind, normal = false], place) => attribute(place, name, size, kind, normal));
  gl.bindVertexArray(arrays[1]);
  for (let place = 0; place < 4; place += 1) attribute(place, "pictures", 4, gl.FLOAT, false, 4 * FLOATS, 16 * place, 1);
  for (const place of [4, 5]) attribute(place, "pictures", 4, gl.UNSIGNED_BYTE, true, 4 * FLOATS, 64 + 4 * (place - 4), 1);
  gl.bindVertexArray(null);
  const textures = texturesOf(gl);
  let count = 0, total = 0, inks = {};

  const uniforms = ({ program, at: of }, sharp) => {
    const { wide, high } = sized(), eased = map.moving ? map.eased : 1;
    gl.useProgram(program);
    gl.uniform3f(of("u_view"), view.scale, view.x, view.y);
    gl.uniform2f(of("u_size"), wide, high);
    gl.uniform1f(of("u_mix"), eased);
    gl.uniform1f(of("u_grow"), map.grow);
    gl.uniform1f(of("u_sharp"), sharp);
    for (const [name, value] of Object.entries(inks)) if (of(name)) gl.uniform3fv(of(name), value);
  };
  const draw = () => {
    const sharp = window.devicePixelRatio || 1, { wide, high } = sized(), across = Math.round(wide * sharp), down = Math.round(high * sharp);
    if (canvas.width !== across || canvas.height !== down) { canvas.width = across; canvas.height = down; }
    gl.viewport(0, 0, across, down);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    uniforms(dots, sharp);
    gl.uniform1f(dots.at("u_radius"), dotRadius());
    gl.uniform1f(dots.at("u_soft"), map.count > 4000 ? 1.0 : 0.72);
    gl.bindVertexArray(arrays[0]);
    for (const dim of map.dimmed ? [1, 0] : [0]) { gl.uniform1f(dots.at("u_dim"), dim); gl.drawArrays(gl.POINTS, 0, total); }
    if (count) {
      uniforms(pictures, sharp);
      gl.uniform1f(pictures.at("u_bar"), barred() ? (map.header.grid ? Math.min(4, 0.06 * view.scale / map.header.grid[1]) : 4) : 0);
      textures.bind(pictures);
      gl.bindVertexArray(arrays[1]);
      gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, count);
    }
    gl.bindVertexArray(null);
  };
  const colours = () => {
    inks = Object.fromEntries([["u_paper", "--paper"], ["u_line", "--hairline-strong"], ["u_mark", "--accent"], ["u_well", "--well"]].map(([name, ink]) => [name, rgb(ink).map((part) => part / 255)]));
    send("first", map.first);
    send("second", map.second);
    send("state", map.state);
  };
  const points = () => {
    const both = (xs, ys) => { const made = new Float32Array(2 * map.count); for (let point = 0; point < map.count; point += 1) { made[2 * point] = xs[point]; made[2 * point + 1] = ys[point]; } return made; };
    total = map.count;
    send("to", both(map.xs, map.ys), gl.STATIC_DRAW);
    send("from", both(map.fromX || map.xs, map.fromY || map.ys), gl.STATIC_DRAW);
    textures.sheets(map.atlas);
  };
  const placed = () => {
    const data = new ArrayBuffer(4 * FLOATS * map.shown.length), floats = new Float32Array(data), bytes = new Uint32Array(data);
    const first = new Uint32Array(map.first.buffer), second = new Uint32Array(map.second.buffer);
    const sharp = window.devicePixelRatio || 1;
    textures.begin();
    map.shown.forEach(({ point, wide, tall }, index) => {
      const from = textures.source(point, Math.max(wide, tall) * sharp), start = FLOATS * index, mark = chosen.has(point) || point === here || lit?.has(point);
      floats.set([(map.fromX || map.xs)[point], (map.fromY || map.ys)[point], map.xs[point], map.ys[point],
        map.offsets[2 * point], map.offsets[2 * point + 1], wide / 2, tall / 2, ...from.cut, from.kind, from.layer, mark ? 1 : 0, map.dim[point] ? 0.8 : 0], start);
      bytes[start + 16] = first[point];
      bytes[start + 17] = second[point];
    });
    count = map.shown.length;
    send("pictures", floats);
    send("off", map.offsets);
    send("state", map.state);
  };
  canvas.addEventListener("webglcontextlost", (event) => { event.preventDefault(); plainly(); });
  return { draw, colours, points, pictures: () => { states(); placed(); }, name: gl.getParameter(gl.getExtension("WEBGL_debug_renderer_info")?.UNMASKED_RENDERER_WEBGL || gl.RENDERER) };
};
