// Saves figures and tables and copies text, all inside the browser: nothing is sent anywhere.
(() => {
  if (window.fairnessReady) return;
  window.fairnessReady = true;

  const save = (blob, name) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  };

  const text = (parent, words, x, y, size, weight, colour, font) => {
    const node = document.createElementNS("http://www.w3.org/2000/svg", "text");
    Object.entries({ x, y, "font-size": size, "font-weight": weight, fill: colour, "font-family": font }).forEach(
      ([name, value]) => node.setAttribute(name, value),
    );
    node.textContent = words;
    parent.appendChild(node);
  };

  const wrap = (words, size, weight, font, width) => {
    const context = document.createElement("canvas").getContext("2d");
    context.font = `${weight} ${size}px ${font}`;
    const lines = [""];
    for (const word of words.split(/\s+/)) {
      const longer = `${lines[lines.length - 1]} ${word}`.trim();
      if (context.measureText(longer).width > width && lines[lines.length - 1]) lines.push(word);
      else lines[lines.length - 1] = longer;
    }
    return lines;
  };

  // The picture carries what makes it readable alone: title, subtitle, source, and what it is of.
  const picture = (panel, about) => {
    const plots = [...panel.querySelectorAll(".js-plotly-plot")];
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(name).trim();
    const font = colour("--font");
    const pad = 24;
    const width = Math.max(...plots.map((plot) => plot.clientWidth), 360);
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("xmlns", "http://www.w3.org/2000/svg");
    const back = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    back.setAttribute("fill", colour("--bg"));
    svg.appendChild(back);
    let y = pad + 14;
    const lines = (words, size, step, weight, tint) => {
      for (const line of wrap(words, size, weight, font, width)) {
        text(svg, line, pad, y, size, weight, tint, font);
        y += step;
      }
    };
    lines(panel.querySelector("h2").innerText, 15, 20, 600, colour("--ink"));
    lines(panel.querySelector(".sub").innerText, 12, 16, 400, colour("--ink2"));
    for (const plot of plots) {
      for (const layer of plot.querySelectorAll(".main-svg")) {
        const copy = layer.cloneNode(true);
        copy.setAttribute("x", pad);
        copy.setAttribute("y", y);
        copy.setAttribute("style", "overflow:visible");
        svg.appendChild(copy);
      }
      y += plot.clientHeight + 8;
    }
    y += 12;
    for (const line of panel.querySelector(".pf > span").innerText.split("\n")) lines(line, 11, 15, 400, colour("--ink3"));
    lines(about, 11, 15, 400, colour("--ink3"));
    const height = y + pad - 15;
    for (const part of [svg, back]) {
      part.setAttribute("width", width + 2 * pad);
      part.setAttribute("height", height);
    }
    return svg;
  };

  const saveImage = (key, name, about) => {
    const svg = picture(document.querySelector(`.st-key-panel-${key}`), about);
    const url = URL.createObjectURL(new Blob([new XMLSerializer().serializeToString(svg)], { type: "image/svg+xml" }));
    const image = new Image();
    image.onload = () => {
      const canvas = document.createElement("canvas");
      canvas.width = image.width * 2;
      canvas.height = image.height * 2;
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      canvas.toBlob((blob) => save(blob, name), "image/png");
      URL.revokeObjectURL(url);
    };
    image.src = url;
  };

  // Figures are drawn for one theme: when the system changes it, the page is drawn again; the address keeps the view.
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => location.reload());

  // What was opened is shown: scrolled to and focused, once for each cell.
  let opened = null;
  new MutationObserver(() => {
    const place = document.querySelector("[data-opened]");
    const name = place && place.dataset.opened;
    if (name && name !== opened) {
      const heading = place.querySelector("h2");
      heading.tabIndex = -1;
      heading.focus({ preventScroll: true });
      place.scrollIntoView({ block: "start" });
    }
    opened = name;
  }).observe(document.body, { childList: true, subtree: true });

  // A snapshot's page is shown as the file it is: in a frame without scripts and without the rights of this page.
  document.addEventListener(
    "toggle",
    (event) => {
      const place = event.newState === "open" && event.target.querySelector("[data-frame]");
      if (!place || place.firstChild) return;
      const frame = document.createElement("iframe");
      frame.setAttribute("sandbox", "");
      frame.title = event.target.getAttribute("aria-label");
      frame.srcdoc = new TextDecoder().decode(Uint8Array.from(atob(place.dataset.frame), (c) => c.charCodeAt(0)));
      place.appendChild(frame);
    },
    true,
  );

  // On a narrow screen filters and definitions are behind a button.
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-more]");
    if (!button) return;
    const open = document.documentElement.classList.toggle("side-open");
    button.setAttribute("aria-expanded", String(open));
  });

  const said = (button, words) => {
    const before = button.innerText;
    button.innerText = words;
    setTimeout(() => (button.innerText = before), 1500);
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-image], button[data-csv], button[data-copy], button[data-link]");
    if (!button) return;
    const { image, csv, name, copy, about } = button.dataset;
    if (image) saveImage(image, name, about);
    else if (csv) save(new Blob(["\ufeff", csv], { type: "text/csv;charset=utf-8" }), name);
    else navigator.clipboard.writeText(copy || location.href).then(() => said(button, "Copied"));
  });
})();
