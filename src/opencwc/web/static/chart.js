// Charts: <figure data-chart="bar|bars|days|line|calibration|peers|map" data-source="#id-of-a-JSON-block or an address" data-title="…"
// data-description="…"><figcaption>…</figcaption> a table with the same figures </figure>. Drawn by Vega, in SVG, by its
// interpreter (no eval), when the figure comes into view; where that fails, the table stands there as before.
//
// The JSON: {"rows": [...], "titles": {"x": "…", "y": "…", "group": "…"}}, all texts in the person's language.
//   bar          rows {"label", "value", "group"?}; "groups" is the order of the groups
//   bars         the same, the bars of a label beside each other in place of stacked
//   days         the same, upright: a column a day, or a week
//   line         rows {"x": a number or a day (2025-12-31), "value", "group"?}
//   calibration  rows {"said": 0..1, "was": 0..1, "low"?, "high"?}: beside the diagonal of what would be right
//   peers        rows {"x": a year, "value", "low", "high", "asked"}, the names "own" and "peers": a series over a band
//   map          rows {"code": the State's number of ISO 3166 ("250"), "label", "group": its status}
const VEGA = ["/static/vendor/vega.min.js", "/static/vendor/vega-lite.min.js"];
const INTERPRETER = "/static/vendor/vega-interpreter.js";
const WORLD = "/static/vendor/countries-110m.json";
const SVG = "http://www.w3.org/2000/svg";
const COLOURS = ["--chart-1", "--chart-2", "--chart-3", "--chart-4"];
const drawn = new Set();
let libraries = null;
let numbered = 0;

// The text of a chart stands from left to right; a label in Arabic, with its numbers, from right to left within it.
const RIGHT_TO_LEFT = "'\u2067' + datum.label + '\u2069'";

const seen = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    if (!isIntersecting) continue;
    seen.unobserve(target);
    draw(target);
  }
});

function watch(root) {
  for (const figure of root.querySelectorAll("[data-chart]:not([data-chart-state])")) {
    figure.dataset.chartState = "waiting";
    seen.observe(figure);
  }
}

function redraw() {
  for (const figure of drawn) {
    if (figure.isConnected) draw(figure);
    else forget(figure);
  }
}

watch(document);
document.addEventListener("htmx:load", (event) => watch(event.target.parentNode ?? document));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
new MutationObserver(redraw).observe(document.documentElement, { attributeFilter: ["data-theme", "class", "dir"] });

async function draw(figure) {
  try {
    const [data, { vega, vegaLite, interpreter }] = await Promise.all([dataOf(figure), load()]);
    const look = lookOf(figure);
    const world = figure.dataset.chart === "map" ? await (await fetch(WORLD)).json() : null;
    const place = placeOf(figure);
    const patterns = patternsFor(look);
    const { zoom, ...spec } = SPECS[figure.dataset.chart](data, look, world, patterns.fills);
    const autosize = { type: "fit-x", contains: "padding" }; // titles and legends come on top of the height
    const config = configOf(look, groupsOf(data.rows ?? [], data.groups));
    const compiled = vegaLite.compile({ ...spec, width: "container", autosize, background: null, config }, {
      logger: vega.logger(vega.Error),
    }).spec;
    if (zoom) Object.assign(compiled.projections[0], { fit: zoom });
    const view = new vega.View(vega.parse(compiled, { locale: localeOf(look.lang) }, { ast: true }), {
      expr: interpreter,
      renderer: "svg",
      loader: { load: refuse, sanitize: refuse }, // all data is here: nothing in a specification may fetch
    });
    forget(figure);
    const canvas = document.createElement("div");
    place.replaceChildren(canvas, patterns.element);
    await view.initialize(canvas).runAsync();
    // One image with one name; its figures are in the table, cell by cell.
    canvas.firstElementChild?.setAttribute("aria-hidden", "true");
    figure.chartView = view;
    drawn.add(figure);
    figure.dataset.chartState = "drawn";
  } catch (fault) {
    forget(figure);
    figure.querySelector(":scope > .chart")?.remove();
    figure.dataset.chartState = "failed";
    console.warn("chart", fault);
  }
}

function forget(figure) {
  figure.chartView?.finalize();
  delete figure.chartView;
  drawn.delete(figure);
}

function refuse() {
  return Promise.reject(new Error("a chart fetches nothing"));
}

function load() {
  libraries ??= (async () => {
    for (const address of VEGA) await script(address);
    const { expressionInterpreter } = await import(INTERPRETER);
    return { vega: globalThis.vega, vegaLite: globalThis.vegaLite, interpreter: expressionInterpreter };
  })();
  libraries.catch(() => { libraries = null; });
  return libraries;
}

function script(address) {
  return new Promise((resolve, reject) => {
    const element = document.createElement("script");
    element.src = address;
    element.onload = resolve;
    element.onerror = () => reject(new Error(`${address} did not come`));
    document.head.append(element);
  });
}

async function dataOf(figure) {
  const source = figure.dataset.source;
  if (source.startsWith("#")) return JSON.parse(document.querySelector(source).textContent);
  const answer = await fetch(source, { headers: { accept: "application/json" } });
  if (!answer.ok) throw new Error(`${source}: ${answer.status}`);
  return answer.json();
}

function placeOf(figure) {
  let place = figure.querySelector(":scope > .chart");
  if (!place) {
    place = document.createElement("div");
    place.className = "chart";
    place.dir = "ltr"; // the axes are mirrored by the specification; text keeps its own direction
    place.tabIndex = 0;
    place.setAttribute("role", "img");
    const told = [figure.dataset.title, figure.dataset.description].filter(Boolean).join(". ");
    place.setAttribute("aria-label", told);
    const caption = figure.querySelector(":scope > figcaption");
    if (caption) caption.after(place);
    else figure.prepend(place);
  }
  return place;
}

function lookOf(figure) {
  const style = getComputedStyle(figure);
  const token = (name, otherwise) => style.getPropertyValue(name).trim() || otherwise;
  return {
    ink: token("--ink", "#1b1f24"),
    soft: token("--soft", "#4f5963"),
    line: token("--line", "#d7d9d6"),
    sheet: token("--sheet", "#ffffff"),
    quiet: token("--quiet", "#eef0ee"),
    colours: COLOURS.map((name, at) => token(name, token(["--brand", "--grave", "--doubt", "--gap"][at], "#4b5863"))),
    font: style.fontFamily,
    lang: figure.closest("[lang]")?.lang || "en",
    rtl: style.direction === "rtl",
    width: figure.clientWidth,
  };
}

function labelLimitOf(look) {
  return Math.min(260, look.width * 0.4);
}

function configOf(look, groups) {
  const legendWidth = groups.reduce((sum, name) => sum + 36 + 7.5 * String(name).length, 0);
  const widest = Math.max(0, ...groups.map((name) => 7.5 * String(name).length));
  const text = { labelColor: look.ink, titleColor: look.ink, labelFontSize: 13, titleFontSize: 13, titleFontWeight: 600 };
  return {
    aria: false,
    font: look.font,
    axis: {
      ...text, domainColor: look.line, tickColor: look.line, gridColor: look.line, labelOverlap: true, labelSeparation: 8,
      labelLimit: labelLimitOf(look),
    },
    // What the upright axis counts stands level above it, and not on its side.
    axisY: { titleAngle: 0, titleAnchor: "end", titleAlign: look.rtl ? "left" : "right", titleBaseline: "bottom", titlePadding: 8, titleY: -8 },
    legend: {
      ...text, orient: "top", symbolStrokeColor: look.soft, symbolOpacity: 1, symbolSize: 180, labelLimit: Math.min(400, look.width * 0.8), columns: look.rtl || look.width < 500 ? 1 : legendWidth > look.width * 0.6 ? 2 : 0,
      layout: { top: { anchor: look.rtl ? "end" : "start" } },
      ...(look.rtl ? { labelAlign: "right", symbolOffset: widest, labelOffset: -18 } : {}),
    },
    view: { stroke: null },
    range: { category: look.colours },
  };
}

// The separators and names that the page's language uses, from the browser (Unicode's CLDR); digits as on the page.
function localeOf(lang) {
  const tag = `${lang}-u-nu-latn`;
  const parts = new Intl.NumberFormat(tag, { useGrouping: "always" }).formatToParts(-1234567.8);
  const part = (type, otherwise) => parts.find((one) => one.type === type)?.value ?? otherwise;
  const names = (count, options, day) =>
    Array.from({ length: count }, (_, at) => new Intl.DateTimeFormat(tag, { ...options, timeZone: "UTC" }).format(day(at)));
  const month = (at) => Date.UTC(2024, at, 1);
  const weekday = (at) => Date.UTC(2024, 0, 7 + at);
  return {
    number: { decimal: part("decimal", "."), thousands: part("group", ","), grouping: [3], currency: ["", ""] },
    time: {
      dateTime: "%x %X", date: "%Y-%m-%d", time: "%H:%M", periods: ["AM", "PM"],
      days: names(7, { weekday: "long" }, weekday), shortDays: names(7, { weekday: "short" }, weekday),
      months: names(12, { month: "long" }, month), shortMonths: names(12, { month: "short" }, month),
    },
  };
}

// How an axis writes amounts; Spanish leaves the thousands of four digits together, which the library cannot.
function amounts() {
  const format = ",.12~g";
  const together = new Intl.NumberFormat(document.documentElement.lang).format(1000).length === 4;
  return together ? { format, labelExpr: "abs(datum.value) < 1e4 ? format(datum.value, '.12~g') : datum.label" } : { format };
}

// Fills that differ by pattern and not by colour alone: plain, stripes one way, dots, stripes the other way.
function patternsFor(look) {
  const element = node("svg", { width: 0, height: 0, "aria-hidden": "true", focusable: "false" });
  const definitions = element.appendChild(node("defs", {}));
  const chart = ++numbered;
  const marks = [
    null,
    () => node("path", { d: "M-2 2L2 -2M0 8L8 0M6 10L10 6", "stroke-width": 2.5 }),
    () => node("circle", { cx: 4, cy: 4, r: 1.8 }),
    () => node("path", { d: "M-2 6L2 10M0 0L8 8M6 -2L10 2", "stroke-width": 2.5 }),
  ];
  const fills = look.colours.map((colour, at) => {
    if (marks[at] === null) return colour;
    const id = `chart-${chart}-${at}`;
    const pattern = node("pattern", { id, width: 8, height: 8, patternUnits: "userSpaceOnUse" });
    const mark = marks[at]();
    mark.setAttribute(mark.localName === "circle" ? "fill" : "stroke", colour);
    pattern.append(node("rect", { width: 8, height: 8, fill: look.sheet }), mark);
    definitions.append(pattern);
    return `url(#${id})`;
  });
  return { element, fills };
}

function node(name, attributes) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

function groupsOf(rows, order = []) {
  const held = new Set(rows.map((row) => row.group).filter((group) => group !== undefined));
  return [...order.filter((group) => held.delete(group)), ...held];
}

// The powers of ten about the values: the only lines of a logarithmic scale that are labelled.
function decadesOf(values) {
  const [first, last] = [Math.floor(Math.log10(Math.min(...values))), Math.ceil(Math.log10(Math.max(...values)))];
  return Array.from({ length: last - first + 1 }, (_, at) => 10 ** (first + at));
}

function coloured(rows, titles, fills, order) {
  const groups = groupsOf(rows, order);
  if (groups.length === 0) return {};
  const range = groups.map((_, at) => fills[at % fills.length]);
  return { color: { field: "group", type: "nominal", title: titles.group ?? null, scale: { domain: groups, range } } };
}

// A label over as many lines as its place asks for, broken between its words.
function linesOf(label, look) {
  const most = Math.floor(labelLimitOf(look) / 7.5);
  const lines = [];
  for (const word of String(label).split(" ")) {
    const longer = lines.length > 0 && `${lines.at(-1)} ${word}`;
    if (longer && longer.length <= most) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return look.rtl ? lines.map((line) => `\u2067${line}\u2069`) : lines;
}

const SPECS = {
  bar({ rows, titles = {}, groups }, look, _world, fills) {
    const most = Math.max(...rows.map((row) => linesOf(row.label, look).length));
    return {
      data: { values: rows.map((row) => ({ ...row, label: linesOf(row.label, look).join("\n") })) },
      height: { step: Math.max(28, 16 * most + 4) },
      mark: { type: "bar", color: fills[0], stroke: look.soft, strokeWidth: 0.5 },
      encoding: {
        y: {
          field: "label", type: "nominal", sort: null, title: titles.x ?? null,
          axis: { orient: look.rtl ? "right" : "left", grid: false, labelOverlap: false, labelExpr: "split(datum.label, '\\n')" },
        },
        x: {
          field: "value", type: "quantitative", title: titles.y ?? null, scale: { reverse: look.rtl },
          axis: { ...amounts(), tickCount: 5 },
        },
        ...coloured(rows, titles, fills, groups),
      },
    };
  },
  bars(data, look, world, fills) {
    const spec = SPECS.bar(data, look, world, fills);
    spec.height = { step: 14, for: "offset" };
    spec.encoding.yOffset = { field: "group", sort: groupsOf(data.rows) };
    return spec;
  },
  days({ rows, titles = {}, groups }, look, _world, fills) {
    return {
      data: { values: rows },
      height: 200,
      mark: { type: "bar", color: fills[0], stroke: look.soft, strokeWidth: 0.5 },
      encoding: {
        x: {
          field: "label", type: "nominal", sort: null, title: titles.x ?? null, scale: { paddingInner: 0.15, reverse: look.rtl },
          axis: { grid: false, labelAngle: 0, labelOverlap: "parity", ...(look.rtl ? { labelExpr: RIGHT_TO_LEFT } : {}) },
        },
        y: {
          field: "value", type: "quantitative", title: titles.y ?? null,
          axis: { orient: look.rtl ? "right" : "left", ...amounts(), tickCount: 5, tickMinStep: 1 },
        },
        ...coloured(rows, titles, fills, groups),
      },
    };
  },
  line({ rows, titles = {} }, look) {
    const days = rows.some((row) => typeof row.x === "string");
    const groups = groupsOf(rows);
    const range = groups.map((_, at) => look.colours[at % look.colours.length]);
    const group = { field: "group", type: "nominal", title: titles.group ?? null, legend: { symbolType: "stroke" } };
    const told = groups.length === 0 ? {} : {
      color: { ...group, scale: { domain: groups, range } },
      strokeDash: { ...group, scale: { domain: groups } },
    };
    return {
      data: { values: rows },
      height: 240,
      mark: { type: "line", color: look.colours[0], strokeWidth: 2, point: { filled: true, size: 36, ...(groups.length ? {} : { color: look.colours[0] }) } },
      encoding: {
        x: {
          field: "x", type: days ? "temporal" : "quantitative", title: titles.x ?? null,
          scale: { reverse: look.rtl, ...(days ? { type: "utc" } : { zero: false }) },
          axis: { grid: false, labelOverlap: true, tickCount: 8, ...(days ? {} : amounts()) },
        },
        y: {
          field: "value", type: "quantitative", title: titles.y ?? null,
          axis: { orient: look.rtl ? "right" : "left", ...amounts(), tickCount: 5 },
        },
        ...told,
      },
    };
  },
  calibration({ rows, titles = {} }, look) {
    const share = { domain: [0, 1] };
    const x = {
      field: "said", type: "quantitative", title: titles.x ?? null, scale: { ...share, reverse: look.rtl },
      axis: { format: ".0%", tickCount: 5 },
    };
    const axis = { orient: look.rtl ? "right" : "left", format: ".0%", tickCount: 5 };
    const layer = [
      {
        data: { values: [{ said: 0, was: 0 }, { said: 1, was: 1 }] },
        mark: { type: "line", color: look.soft, strokeDash: [4, 4], strokeWidth: 1 },
        encoding: { y: { field: "was", type: "quantitative", scale: share, title: titles.y ?? null, axis } },
      },
      {
        mark: { type: "line", color: look.colours[0], strokeWidth: 2, point: { filled: true, size: 49, color: look.colours[0] } },
        encoding: { y: { field: "was", type: "quantitative", scale: share, title: titles.y ?? null, axis } },
      },
    ];
    if (rows.some((row) => row.low !== undefined)) {
      layer.splice(1, 0, {
        mark: { type: "rule", color: look.colours[0], strokeWidth: 1.5 },
        encoding: {
          y: { field: "low", type: "quantitative", scale: share, title: titles.y ?? null, axis },
          y2: { field: "high" },
        },
      });
    }
    return { data: { values: rows }, height: 280, encoding: { x }, layer };
  },
  peers({ rows, titles = {}, own, peers }, look) {
    const known = rows.flatMap((row) => [row.value, row.low, row.high]).filter((kg) => kg !== null);
    const logs = Math.min(...known) > 0 && Math.max(...known) > 30 * Math.min(...known);
    const x = { field: "x", type: "ordinal", title: null, sort: look.rtl ? "descending" : "ascending", axis: { grid: false, labelAngle: 0 } };
    const axis = { orient: look.rtl ? "right" : "left", ...amounts(), ...(logs ? { values: decadesOf(known) } : { tickCount: 5 }) };
    const y = { type: "quantitative", title: (logs && titles.logarithmic) || titles.y || null, scale: logs ? { type: "log" } : {}, axis };
    const names = rows.some((row) => row.low !== null) ? [own, peers] : [own]; // the key names what is drawn
    const color = { type: "nominal", title: null, scale: { domain: names, range: [look.colours[0], look.soft] } };
    const value = { ...y, field: "value" };
    return {
      data: { values: rows },
      height: 150,
      encoding: { x },
      layer: [
        {
          transform: [{ filter: "isValid(datum.low)" }],
          mark: { type: "area", opacity: 0.25, line: { strokeDash: [4, 4], strokeWidth: 1 } },
          encoding: { y: { ...y, field: "low" }, y2: { field: "high" }, color: { ...color, datum: peers } },
        },
        {
          transform: [{ filter: "isValid(datum.value)" }],
          mark: { type: "line", strokeWidth: 2, point: { filled: true, size: 49 } },
          encoding: { y: value, color: { ...color, datum: own } },
        },
        {
          transform: [{ filter: "datum.asked && isValid(datum.value)" }],
          mark: { type: "point", shape: "circle", size: 260, strokeWidth: 2, color: look.ink },
          encoding: { y: value },
        },
      ],
    };
  },
  map({ rows, titles = {} }, look, world, fills) {
    const groups = groupsOf(rows);
    const range = groups.map((_, at) => fills[at % fills.length]);
    return {
      height: Math.round(Math.min(420, look.width * 0.49)),
      projection: { type: "equalEarth" },
      zoom: zoomOf(rows, world),
      layer: [
        {
          data: { values: world, format: { type: "topojson", feature: "countries" } },
          transform: [{ filter: "datum.id !== '010'" }],
          mark: { type: "geoshape", fill: look.quiet, stroke: look.line, strokeWidth: 0.5, clip: true },
        },
        {
          data: { values: world, format: { type: "topojson", feature: "countries" } },
          transform: [
            { lookup: "id", from: { data: { values: rows }, key: "code", fields: ["group", "label"] } },
            { filter: "isValid(datum.group)" },
          ],
          mark: { type: "geoshape", stroke: look.soft, strokeWidth: 0.5, clip: true },
          encoding: {
            fill: {
              field: "group", type: "nominal", title: titles.group ?? null, scale: { domain: groups, range },
              legend: { symbolType: "square" },
            },
          },
        },
      ],
    };
  },
};

// ---- a map shows the States that it is about, with some room around them; where they lie far apart, the world
const ROOM = 8; // degrees around the States
const LEAST = [40, 24]; // degrees that are shown at least, from west to east and from south to north
const WIDE = 200; // degrees from which on the whole world is shown
function zoomOf(rows, world) {
  const codes = new Set(rows.map((row) => row.code));
  const boxes = world.objects.countries.geometries.filter((one) => codes.has(one.id)).map((one) => mainland(one, world));
  if (!boxes.length) return null;
  const [west, south, east, north] = boxes.reduce(around);
  if (east - west > WIDE) return null;
  const [across, up] = [(west + east) / 2, (south + north) / 2];
  const half = [Math.max(east - west + 2 * ROOM, LEAST[0]) / 2, Math.max(north - south + 2 * ROOM, LEAST[1]) / 2];
  const [left, right] = [Math.max(-180, across - half[0]), Math.min(180, across + half[0])];
  const [low, high] = [Math.max(-85, up - half[1]), Math.min(85, up + half[1])];
  return { type: "Feature", geometry: { type: "MultiPoint", coordinates: [[left, low], [right, low], [right, high], [left, high]] } };
}
function around(one, other) {
  return [Math.min(one[0], other[0]), Math.min(one[1], other[1]), Math.max(one[2], other[2]), Math.max(one[3], other[3])];
}
// The box of the largest part of a State: an island far away does not make the map a map of the world.
function mainland(geometry, world) {
  const parts = geometry.type === "Polygon" ? [geometry.arcs] : geometry.arcs;
  const boxes = parts.map(([outline]) => outline.map((arc) => boxOf(world.arcs[arc < 0 ? ~arc : arc], world.transform)).reduce(around));
  const size = ([west, south, east, north]) => (east - west) * (north - south);
  return boxes.reduce((largest, box) => (size(box) > size(largest) ? box : largest));
}
// The arcs of a quantized topology are steps from point to point (TopoJSON 1.1, 2.1.5).
function boxOf(arc, { scale, translate }) {
  let [x, y] = [0, 0];
  return arc.map(([right, up]) => {
    [x, y] = [x + right, y + up];
    const [longitude, latitude] = [x * scale[0] + translate[0], y * scale[1] + translate[1]];
    return [longitude, latitude, longitude, latitude];
  }).reduce(around);
}
