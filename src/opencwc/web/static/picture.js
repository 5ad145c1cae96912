// The picture of a drawing, as an SVG file: what is drawn, with the look that style sheets give it and the marks and
// patterns that it refers to. <button data-picture="name" hidden> stands in or after the drawing's figure.
const SVG = "http://www.w3.org/2000/svg";
const LOOKS = [
  "fill", "fill-opacity", "stroke", "stroke-width", "stroke-opacity", "stroke-dasharray", "stroke-linecap", "stroke-linejoin",
  "opacity", "paint-order", "font-family", "font-size", "font-weight", "font-style", "text-anchor", "direction",
];
const ROOM = 12;

export function pictureOf(drawing, title) {
  const picture = drawing.cloneNode(true);
  dress(drawing, picture);
  const [, , width, height] = (drawing.getAttribute("viewBox") ?? `0 0 ${drawing.clientWidth} ${drawing.clientHeight}`).split(" ").map(Number);
  const box = [-ROOM, -ROOM, width + 2 * ROOM, height + 2 * ROOM];
  for (const [name, value] of Object.entries({ xmlns: SVG, viewBox: box.join(" "), width: box[2], height: box[3] })) picture.setAttribute(name, value);
  for (const name of ["class", "aria-hidden", "focusable", "style"]) picture.removeAttribute(name);
  const sheet = document.createElementNS(SVG, "rect");
  for (const [at, name] of ["x", "y", "width", "height"].entries()) sheet.setAttribute(name, box[at]);
  sheet.setAttribute("fill", getComputedStyle(drawing).getPropertyValue("--sheet").trim() || "#fff");
  const named = document.createElementNS(SVG, "title");
  named.textContent = title;
  picture.prepend(named, definitionsOf(picture), sheet);
  return new XMLSerializer().serializeToString(picture);
}

function dress(drawn, copy) {
  const style = getComputedStyle(drawn);
  for (const name of LOOKS) copy.setAttribute(name, style.getPropertyValue(name));
  copy.removeAttribute("class");
  [...drawn.children].forEach((child, at) => dress(child, copy.children[at]));
}

// What is referred to by its id stands elsewhere on the page, and may refer to more.
function definitionsOf(picture) {
  const definitions = document.createElementNS(SVG, "defs");
  const held = new Set([...picture.querySelectorAll("[id]")].map((one) => one.id));
  for (let text = picture.outerHTML, found = true; found;) {
    found = false;
    for (const [, id] of text.matchAll(/url\((?:&quot;|["'])?#([\w-]+)/g)) {
      const drawn = held.has(id) ? null : document.getElementById(id);
      if (!drawn) continue;
      held.add(id);
      const copy = drawn.cloneNode(true);
      dress(drawn, copy);
      definitions.append(copy);
      found = true;
    }
    text = definitions.outerHTML;
  }
  return definitions;
}

function save(text, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
  link.download = `${name}.svg`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

// The drawing that a button is about: the one that is seen of those before it in its part of the page.
function drawingOf(button) {
  for (let part = button.parentElement; part; part = part.parentElement) {
    const drawings = [...part.querySelectorAll("figure svg[viewBox], .chart svg[viewBox]")].filter((one) => one.getBoundingClientRect().width > 0);
    const before = drawings.filter((one) => one.compareDocumentPosition(button) & Node.DOCUMENT_POSITION_FOLLOWING);
    if (before.length) return before.at(-1);
  }
  return null;
}

for (const button of document.querySelectorAll("button[data-picture]")) button.hidden = false;
document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-picture]");
  const drawing = button && drawingOf(button);
  if (!drawing) return;
  const part = button.closest("section, article") ?? document.body;
  save(pictureOf(drawing, part.querySelector("h1, h2, h3")?.textContent.trim() ?? document.title), button.dataset.picture);
});
