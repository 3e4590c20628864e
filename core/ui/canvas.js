// A sheet of paper for pen, finger or mouse. Streamlit calls this for every run of the page; the
// strokes stay with the canvas element, which is a new one when the component's key is.
export default function ({ data, parentElement, setStateValue }) {
  const canvas = parentElement.querySelector("canvas");
  const sheet = (canvas.sheet ??= layOut(canvas, data));
  sheet.pen = data.pen;
  sheet.copy(data.guide);
  sheet.send = () => setStateValue("strokes", sheet.strokes);
}

function layOut(canvas, { side, ink, faint, start }) {
  const density = window.devicePixelRatio || 1;
  canvas.width = canvas.height = side * density;
  const brush = canvas.getContext("2d");
  brush.scale(density, density);
  brush.lineCap = brush.lineJoin = "round";

  const sheet = { strokes: [...start], pen: 1, send: () => {} };
  let guide = []; // a letter to copy, under the drawing and no part of it
  let drawn = null; // the stroke under the pen
  let pointer = null; // a second finger must not break into the stroke of the first
  let touch = false; // what is on the sheet is a finger, or the hand that holds the pen

  // The canvas may be shown smaller than it is.
  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    const scale = side / box.width;
    return [
      Math.round((event.clientX - box.left) * scale),
      Math.round((event.clientY - box.top) * scale),
    ];
  };
  const extend = (event) => {
    const before = drawn[1].at(-1);
    const [x, y] = place(event);
    if (before[0] !== x || before[1] !== y) drawn[1].push([x, y]);
  };
  const show = () => {
    brush.clearRect(0, 0, side, side);
    brush.strokeStyle = faint;
    for (const stroke of guide) trace(brush, stroke);
    brush.strokeStyle = ink;
    for (const stroke of drawn ? [...sheet.strokes, drawn] : sheet.strokes) trace(brush, stroke);
  };

  sheet.copy = (letter) => {
    guide = letter;
    show();
  };
  canvas.addEventListener("pointerdown", (event) => {
    const free = pointer === null || (touch && event.pointerType === "pen");
    if (!free || event.button !== 0) return;
    pointer = event.pointerId;
    touch = event.pointerType === "touch";
    canvas.setPointerCapture(pointer);
    drawn = [sheet.pen, [place(event)]];
    show();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pointer) return;
    // One event may stand for several places the pen has been at since the last frame.
    const passed = event.getCoalescedEvents?.() ?? [];
    for (const each of passed.length ? passed : [event]) extend(each);
    show();
  });
  const lift = (event) => {
    if (event.pointerId !== pointer) return;
    const stroke = drawn;
    pointer = drawn = null;
    // the system takes back the touch of a palm
    if (touch && event.type === "pointercancel") return show();
    sheet.strokes = [...sheet.strokes, stroke];
    sheet.send();
  };
  canvas.addEventListener("pointerup", lift);
  canvas.addEventListener("pointercancel", lift);
  return sheet;
}

// The line bends at each point and runs through the middles between them.
function trace(brush, [width, points]) {
  brush.lineWidth = width;
  brush.beginPath();
  brush.moveTo(...points[0]);
  if (points.length > 2) {
    const [[x, y], [nextX, nextY]] = points;
    brush.lineTo((x + nextX) / 2, (y + nextY) / 2);
  }
  for (let i = 1; i < points.length - 1; i++) {
    const [x, y] = points[i];
    const [nextX, nextY] = points[i + 1];
    brush.quadraticCurveTo(x, y, (x + nextX) / 2, (y + nextY) / 2);
  }
  const [x, y] = points.at(-1);
  brush.lineTo(points.length > 1 ? x : x + 0.01, y); // a tap is a dot; without any length it is none
  brush.stroke();
}
