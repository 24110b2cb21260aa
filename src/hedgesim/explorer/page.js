// The explorer: asks the JSON API for one run, and goes through its quarters. The state of the page is a command line.
"use strict";

const $ = (id) => document.getElementById(id);
const S = { scenario: "war_2022", text: null, packed: null, settings: [], run: 0, step: null, country: null, domain: "all", play: null };
let about = null, run = null, why = null, band = null, choice = null, playing = null, asking = 0, whyTimer = 0, runTimer = 0;

// ---- small tools

function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name === "on") for (const [event, act] of Object.entries(value)) node.addEventListener(event, act);
    else if (name === "style") for (const [key, one] of Object.entries(value)) node.style.setProperty(key, one);
    else if (name in node) node[name] = value;
    else node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}
const fill = (id, ...children) => $(id).replaceChildren(...children.filter((child) => child !== null));
const points = (share) => (100 * share).toFixed(1);
const signed = (number, digits = 1) => {
  const text = Math.abs(number).toFixed(digits);
  return (Number(text) === 0 ? "±" : number > 0 ? "+" : "−") + text;
};
const number = (value) => String(Number(Number(value).toPrecision(6)));
const colorOf = (code) => (about.options.find((one) => one.code === code) || {}).color || "#8c959f";
const nameOf = (code) => {
  for (const list of [about.countries, about.options, about.formats, about.domains]) {
    const found = list.find((one) => one.code === code);
    if (found) return found.name;
  }
  return code;
};

class Faults extends Error {
  constructor(faults) { super("faults"); this.faults = faults; }
}

async function ask(name, more = {}) {
  const body = { scenario: S.scenario, settings: S.settings.map((pair) => pair.join("=")), run: S.run, ...more };
  if (S.text !== null && !("text" in more)) body.text = S.text;
  let answer, found;
  try {
    answer = await fetch(`api/${name}`, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
    });
    found = await answer.json();
  } catch {
    throw new Faults([{ place: "explorer", fault: "the server does not answer", remedy: "Start hedgesim explore again." }]);
  }
  if (!answer.ok) throw new Faults(found.faults);
  return found;
}

let messages = []; // the messages that the page shows now

function tell(faults) {
  messages = faults;
  $("faults").hidden = !faults.length;
  fill("faults", ...faults.map((one) => el("p", {}, el("b", {}, one.place), `: ${one.fault}. ${one.remedy}`)));
}

async function guarded(act) {
  document.body.setAttribute("aria-busy", "true");
  $("status").textContent = "computing …";
  try {
    await act();
    return true;
  } catch (error) {
    if (!(error instanceof Faults)) throw error;
    tell(error.faults);
    return false;
  } finally {
    document.body.removeAttribute("aria-busy");
    $("status").textContent = "";
  }
}

// ---- the state: a command line, and the address of the page

const valueOf = (path) => (S.settings.find((pair) => pair[0] === path) || [])[1];

function put(path, value) {
  const at = S.settings.findIndex((pair) => pair[0] === path);
  if (value === null) { if (at >= 0) S.settings.splice(at, 1); }
  else if (at >= 0) S.settings[at] = [path, value];
  else S.settings.push([path, value]);
  changed();
}

const PLAY = [["country", "play"], ["from", "from"], ["now", "now"]];

function address() {
  const query = new URLSearchParams({ v: about ? about.state : 1, scenario: S.scenario });
  if (S.text !== null) query.set("file", S.packed);
  for (const pair of S.settings) query.append("set", pair.join("="));
  if (S.run) query.set("run", S.run);
  if (run && S.step !== null) query.set("quarter", run.periods[S.step]);
  if (S.country) query.set("country", S.country);
  if (S.domain !== "all") query.set("domain", S.domain);
  if (S.play) for (const [key, name] of PLAY) query.set(name, S.play[key]);
  return `#${query}`;
}

// The text of an opened file, compressed, as it is in the address; and back.
async function packed(text) {
  const bytes = await through(new Blob([text]), new CompressionStream("deflate-raw"));
  return btoa(bytes.reduce((all, byte) => all + String.fromCharCode(byte), "")).replaceAll("+", "-").replaceAll("/", "_");
}

async function unpacked(text) {
  const bytes = Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
  return new TextDecoder("utf-8", { fatal: true }).decode(await through(new Blob([bytes]), new DecompressionStream("deflate-raw")));
}

async function through(blob, transform) {
  const reader = blob.stream().pipeThrough(transform).getReader(), all = [];
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    for (const byte of part.value) all.push(byte);
    if (all.length > MOST) throw new Error("too large");
  }
  return new Uint8Array(all);
}
const MOST = 1024 * 1024; // bytes, more than the server takes
const MOST_RUN = 2 ** 31 - 1; // the highest number of a run

// Returns the version that the address was saved by, and what of it cannot be read.
async function fromAddress() {
  const query = new URLSearchParams(location.hash.slice(1));
  const version = query.get("v"), broken = [];
  S.scenario = query.get("scenario") || "war_2022";
  S.text = null;
  S.packed = query.get("file");
  if (S.packed !== null) {
    try {
      S.text = await unpacked(S.packed);
    } catch {
      broken.push({ place: S.scenario, fault: "the file in the address cannot be read", remedy: "Open the file itself; here is war_2022 instead." });
      S.packed = null;
      S.scenario = "war_2022";
    }
  }
  S.settings = query.getAll("set").map((text) => {
    const at = text.indexOf("=");
    return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
  });
  const number = Number(query.get("run"));
  S.run = Number.isInteger(number) && number >= 0 && number <= MOST_RUN ? number : 0;
  S.country = query.get("country");
  S.domain = query.get("domain") || "all";
  S.quarter = query.get("quarter");
  S.step = null;
  S.play = query.has("play") ? Object.fromEntries(PLAY.map(([key, name]) => [key, query.get(name)])) : null;
  return [version, broken];
}

const quoted = (text) => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\"'\"'")}'`);

function command() {
  const rules = about.rule_files.filter((file) => S.settings.some((pair) => pair[1] === file.name || (move(pair) || {}).rule === file.name));
  const words = ["hedgesim", "run", S.scenario, ...S.settings.flatMap((pair) => ["--set", pair.join("=")]),
    ...rules.flatMap((file) => ["--rules", file.path])];
  return words.map(quoted).join(" ");
}

// ---- asking

async function load(first = false) {
  stop();
  const done = await guarded(async () => {
    about = await ask("about");
    tell([]);
    if (!about.countries.some((one) => one.code === S.country)) S.country = about.countries[0].code;
    controls();
  });
  if (done) { await compute(); return []; }
  if (!first) return [];
  const refused = await leaveOut();
  await load();
  return refused;
}

// Leaves out of the state what the server refuses, and nothing else; returns why it is refused.
async function leaveOut() {
  const faultsOf = async (settings) => {
    try { await ask("about", { settings: settings.map((pair) => pair.join("=")) }); return []; }
    catch (error) { if (!(error instanceof Faults)) throw error; return error.faults; }
  };
  const said = await faultsOf([]);
  if (said.length) {
    said.push({ place: S.scenario, fault: "it is left out", remedy: "The page starts with war_2022 instead." });
    Object.assign(S, { scenario: "war_2022", text: null, packed: null });
    if ((await faultsOf([])).length) return said;
  }
  let kept = [], waiting = S.settings, faults = [];
  for (let before = -1; before !== kept.length;) { // again while one is taken, for another may have waited for it
    before = kept.length;
    const again = [];
    faults = [];
    for (const pair of waiting) {
      const found = await faultsOf([...kept, pair]);
      if (found.length) { again.push(pair); faults.push(...found); } else kept = [...kept, pair];
    }
    waiting = again;
  }
  S.settings = S.settings.filter((pair) => kept.includes(pair));
  if (!waiting.length) return said;
  const names = waiting.map((pair) => pair.join("=")).join(" and ");
  return [...said, ...faults, { place: names, fault: "left out of the page", remedy: "All else in the address is kept." }];
}

// What the address has beside scenario and settings that the page cannot show, such as a quarter after the end.
function notShown(wanted) {
  const shown = new URLSearchParams(address().slice(1)), usual = { run: "0", domain: "all" };
  const lost = [...wanted].filter(([key, value]) => !["v", "scenario", "file", "set"].includes(key)
    && !shown.getAll(key).includes(value) && usual[key] !== value);
  if (!run || !lost.length) return [];
  const place = lost.map((pair) => pair.join("=")).join(" and ");
  return [{ place, fault: "the page has no such thing for this scenario, and leaves it out", remedy: "All else in the address is kept." }];
}

async function compute() {
  const mine = ++asking;
  band = null;
  const done = await guarded(async () => {
    const found = await ask("run");
    if (mine !== asking) return;
    run = found;
    tell([]);
    const named = S.quarter ? run.periods.indexOf(S.quarter) : -1;
    S.quarter = null;
    if (S.play && !canPlay()) S.play = null;
    const last = reached();
    S.step = named >= 0 && named <= last ? named : S.step === null ? last : Math.min(S.step, last);
    const domains = [["all", "all domains, weighted"], ...about.domains.map((one) => [one.code, one.name])];
    choices("domain", domains, S.domain);
    if (!S.domain || $("domain").value !== S.domain) S.domain = "all";
  });
  settings();
  if (run) draw();
  if (done && mine === asking) await askFutures();
  return done;
}

function changed() {
  settings();
  clearTimeout(runTimer);
  runTimer = setTimeout(compute, 250);
}

async function explainNow() {
  if (!run || S.step === 0) { why = null; drawWhy(); return; }
  const [country, period] = [S.country, run.periods[S.step]];
  try {
    const found = await ask("explain", { country, period });
    if (country !== S.country || period !== run.periods[S.step]) return;
    why = found;
    drawWhy();
  } catch (error) {
    if (!(error instanceof Faults)) throw error;
    tell(error.faults);
  }
}

async function compare() {
  const [kind, id] = [$("without").value.slice(0, 1), $("without").value.slice(1)];
  const mine = asking;
  await guarded(async () => {
    const found = await ask("compare", kind === "=" ? { other: [] } : { without: [id] });
    if (mine === asking) { band = found; tell([]); }
  });
  drawBand();
}

// ---- going through quarters

function go(step) {
  S.step = Math.max(0, Math.min(reached(), step));
  draw();
}

function play() {
  if (playing) { stop(); return; }
  if (S.step >= reached()) go(0);
  playing = setInterval(() => { if (S.step >= reached()) stop(); else go(S.step + 1); }, 700);
  $("play").textContent = "Pause";
}

function stop() {
  if (!playing) return;
  clearInterval(playing);
  playing = null;
  $("play").textContent = "Play";
  later();
}

function later() {
  clearTimeout(whyTimer);
  if (!playing) whyTimer = setTimeout(explainNow, 200);
}

// ---- what can be changed

function choices(id, pairs, chosen) {
  fill(id, ...pairs.map(([value, text]) => el("option", { value, selected: value === chosen }, text)));
}

function controls() {
  const names = about.scenarios.map((one) => [one.name, one.name]);
  if (S.text !== null) names.unshift([S.scenario, `${S.scenario} (opened)`]);
  choices("scenario", names, S.scenario);
  $("run").value = S.run;
  $("purpose").textContent = about.scenario.purpose;
  $("footer").textContent = `hedgesim ${about.version}, seed ${about.scenario.seed}. Everything is computed on this computer.`;
  fill("options-legend", ...about.options.map((one) =>
    el("span", {}, el("i", { className: "swatch", style: { background: one.color || "#8c959f" } }), one.name)));
  const [older, newer] = [about.shocks.filter((one) => one.before), about.shocks.filter((one) => !one.before)];
  fill("shocks", ...newer.map(shock), ...about.changes.map(change));
  fill("older", ...older.map(shock));
  $("older-box").hidden = !older.length;
  const menus = (side, title) => [el("h3", {}, title), ...about[side].flatMap((one) => menu(side, one))];
  fill("rules", ...menus("countries", "Countries"), ...menus("powers", "Powers"));
  const meanings = [...about.rules.countries, ...about.rules.powers];
  fill("meanings", ...meanings.flatMap((rule) => [el("dt", {}, rule.name), el("dd", {}, rule.meaning)]));
  fill("parameters", ...about.parameters.filter((one) => one.effect).map(slider));
  others();
  const on = about.shocks.filter((one) => one.on && one.rate === 0);
  const pairs = [...on.map((one) => [`-${one.id}`, one.name + (one.date ? ` (${one.date})` : "")]),
    ...about.changes.filter((one) => one.on).map((one) => [`-${one.id}`, `${one.name} (${one.date})`])];
  const war = on.find((one) => one.id === "war_2022" || one.own);
  const mine = S.settings.length ? [["=", "all that I have changed"]] : [];
  choices("without", [...pairs, ...mine], war ? `-${war.id}` : undefined);
  outcomes();
}

function outcomes() {
  const chosen = $("outcome").value;
  const lead = run ? leading(about.countries.findIndex((one) => one.code === S.country), 0) : about.powers[0].code;
  const groups = about.countries.map((one) => [one.name, [
    [`hedging_index ${one.code}`, `hedging index of ${one.name}`],
    ...about.options.map((option) => [`presence_${option.code} ${one.code}`, `presence of ${option.name} in ${one.name}`]),
  ]]);
  groups.push(["All countries", [["leader_meetings system", "number of meetings of leaders"],
    ["leader_meetings_outside system", "number of meetings of leaders with powers"], ["cohesion system", "cohesion of the countries"],
    ["realignments system", "number of realignments"]]]);
  const known = groups.flatMap(([, rows]) => rows.map((row) => row[0]));
  const wanted = known.includes(chosen) ? chosen : `presence_${lead} ${S.country}`;
  fill("outcome", ...groups.map(([label, rows]) => el("optgroup", { label },
    ...rows.map(([value, text]) => el("option", { value, selected: value === wanted }, text)))));
}

function shock(one) {
  const off = one.own ? valueOf(`shocks.${one.id}`) === "null" : omitted().includes(one.id);
  const box = el("input", { type: "checkbox", checked: !off, "aria-label": `${one.name} happens`, on: { change: () => {
    if (!box.checked) for (const own of [path, when]) if (valueOf(own) !== undefined) put(own, null);
    if (one.own) put(`shocks.${one.id}`, box.checked ? null : "null");
    else omit(one.id, !box.checked);
  } } });
  const path = `shock_sizes.${one.id}`;
  const when = one.own ? `shocks.${one.id}.date` : `shock_dates.${one.id}`;
  const size = off ? "" : pair({ label: `Size of ${one.name}, factor`, low: 0, high: 2, step: 0.05, value: valueOf(path) ?? one.factor,
    put: (value) => put(path, Number(value) === one.factor ? null : value) });
  const channels = one.parts.map((part) => `${part.channel} ${part.size < 0 ? "−" : "+"}${number(Math.abs(part.size))}${part.whom.length ? ` (${part.whom.join(", ")})` : ""}`);
  const date = off || !one.movable ? el("small", {}, one.rate ? `comes at random, ${one.rate} a quarter` : one.date)
    : el("label", {}, "Quarter ", el("input", { value: valueOf(when) ?? one.date, size: 7, "aria-label": `Quarter in which ${one.name} begins`, on: { change: (event) =>
      put(when, event.target.value.trim() === one.date || !event.target.value.trim() ? null : event.target.value.trim()) } }));
  return el("li", { "data-id": one.id }, el("div", { className: "what" }, el("label", {}, box, " ", el("span", {}, one.name))), date, size,
    el("small", {}, channels.slice(0, 4).join("; ") + (channels.length > 4 ? ` and ${channels.length - 4} more` : "")));
}

function omitted() {
  const text = valueOf("omit_shocks");
  return text === undefined ? about.omitted : text.replace(/^\[|\]$/g, "").split(",").map((part) => part.trim()).filter(Boolean);
}

function omit(id, off) {
  const now = omitted().filter((one) => one !== id);
  if (off) now.push(id);
  const same = now.length === about.omitted.length && about.omitted.every((one) => now.includes(one));
  put("omit_shocks", same ? null : `[${now.join(", ")}]`);
}

function change(one) {
  const path = `changes.${one.id}`;
  const box = el("input", { type: "checkbox", checked: valueOf(path) !== "null", on: { change: () => put(path, box.checked ? null : "null") } });
  return el("li", {}, el("label", {}, box, " ", one.name), el("small", {}, `from ${one.date}, given by the scenario`));
}

const MANUAL = "@manual"; // no rule of a file has such a name

function menu(side, one) {
  const path = `rules.${side}.${one.code}.rule`, id = `rule-${one.code}`;
  const played = side === "countries" && S.play !== null && S.play.country === one.code;
  const select = el("select", { id, title: "", on: { change: () => {
    if (select.value === MANUAL) { begin(one.code); return; }
    if (played) S.play = null;
    put(path, select.value === one.rule ? null : select.value);
    if (played) controls();
    explainRule();
  } } }, ...about.rules[side].map((rule) =>
    el("option", { value: rule.name, selected: !played && rule.name === (valueOf(path) ?? one.rule) }, rule.name)),
    side === "countries" ? el("option", { value: MANUAL, selected: played }, "manual (you choose)") : null);
  const explainRule = () => { select.title = (about.rules[side].find((rule) => rule.name === select.value) || {}).meaning || ""; };
  explainRule();
  return [el("label", { htmlFor: id }, one.name), select];
}

function slider(one) {
  const path = `settings.${one.path}`;
  const high = one.high === null ? Math.max(1, 4 * Math.abs(one.value)) : one.high;
  const parts = pair({ label: `${one.path}, ${one.meaning}`, low: one.low, high, step: "any", value: valueOf(path) ?? one.value,
    put: (value) => put(path, Number(value) === one.value ? null : value) });
  const effect = one.effect ? ` Effect ${one.effect} on ${one.on} (${one.in}).` : "";
  return el("li", { "data-path": one.path }, el("div", { className: "what" }, el("span", {}, el("b", {}, one.path), ` ${one.meaning}`)), parts,
    el("small", {}, `${one.low} to ${one.high} (unit: ${one.unit}); here ${number(one.value)}; source: ${one.source}.${effect}`));
}

function pair({ label, low, high, step, value, put: give }) {
  const props = { min: low, max: high, step: step === "any" ? (high - low) / 200 : step, "aria-label": label };
  const range = el("input", { type: "range", ...props });
  const box = el("input", { type: "number", min: low, max: high, step: "any", "aria-label": `${label} (number)` });
  range.value = value;
  box.value = number(value);
  range.addEventListener("input", () => { box.value = String(Number(Number(range.value).toPrecision(4))); give(box.value); });
  box.addEventListener("change", () => { range.value = box.value; give(box.value === "" ? number(value) : box.value); });
  return el("div", { className: "slide" }, range, box);
}

function others() {
  const words = $("search").value.toLowerCase().split(/\s+/).filter(Boolean);
  const rest = about.parameters.filter((one) => !one.effect);
  const found = rest.filter((one) => words.every((word) => `${one.path} ${one.meaning} ${one.source} ${one.unit}`.toLowerCase().includes(word)));
  fill("others", ...(found.length ? found.map(slider) : [el("li", {}, "No parameter has these words.")]));
}

function settings() {
  history.replaceState(null, "", address());
  fill("settings", ...S.settings.map(([path, value]) => el("li", {}, moveInWords([path, value]) || `${path} = ${value}`,
    el("button", { type: "button", "aria-label": `Undo ${path}`, on: { click: () => { put(path, null); controls(); $("copy").focus(); } } }, "Undo"))));
  if (!S.settings.length) fill("settings", el("li", {}, "Nothing: this is the scenario as it is."));
  $("command").textContent = command();
  for (const row of document.querySelectorAll(".controls li[data-path]")) {
    row.classList.toggle("changed", valueOf(`settings.${row.dataset.path}`) !== undefined);
  }
  $("clear").disabled = !S.settings.length;
}

// ---- drawing

const at = (values) => values[S.step];

function leading(country, step) {
  const shares = about.powers.map((power) => run.presence[country][run.options.indexOf(power.code)][step]);
  return about.powers[shares.indexOf(Math.max(...shares))].code;
}

function draw() {
  $("quarter").max = reached();
  $("quarter").value = S.step;
  $("quarter").setAttribute("aria-valuetext", run.periods[S.step]);
  $("period").textContent = run.periods[S.step];
  $("back").disabled = S.step === 0;
  $("step").disabled = S.step === reached() && (!S.play || ended());
  history.replaceState(null, "", address());
  drawChoice();
  tiles();
  drawShares();
  drawHedging();
  drawLadder();
  log();
  met();
  fill("notes", ...run.notes.map((note) => el("li", {}, note)));
  drawBand();
  later();
}

function tiles() {
  $("tiles-when").textContent = `in ${run.periods[S.step]}, run ${run.run}`;
  const focus = document.activeElement && document.activeElement.dataset.country;
  fill("tiles", ...about.countries.map((one, n) => {
    const shares = run.options.map((option, k) => ({ option, now: run.presence[n][k][S.step], then: run.presence[n][k][Math.max(0, S.step - 1)], start: run.presence[n][k][0] }));
    const lead = leading(n, S.step), most = shares.find((of) => of.option === lead);
    const moved = (from) => shares.reduce((best, of) => (Math.abs(of.now - of[from]) > Math.abs(best.now - best[from]) ? of : best));
    const since = (of, from) => `${nameOf(of.option)} ${signed(100 * (of.now - of[from]))} points`;
    const index = run.hedging_index[n];
    return el("button", { type: "button", className: "tile", "data-country": one.code, "aria-pressed": String(one.code === S.country),
      style: { "--lead": colorOf(lead) }, on: { click: () => { S.country = one.code; outcomes(); draw(); } } },
      el("b", {}, one.name),
      el("span", {}, `${nameOf(lead)} ${points(most.now)} %`),
      el("span", { className: "bar", "aria-hidden": "true" }, ...shares.map((of) => el("i", { style: { width: `${100 * of.now}%`, background: colorOf(of.option) } }))),
      el("span", {}, `hedging ${index[S.step].toFixed(2)} (${signed(index[S.step] - index[0], 2)} since the start)`),
      el("span", {}, S.step ? `This quarter: ${since(moved("then"), "then")}` : "The start"),
      el("span", {}, S.step ? `Since the start: ${since(moved("start"), "start")}` : ""));
  }));
  if (focus) (document.querySelector(`.tile[data-country="${CSS.escape(focus)}"]`) || document.body).focus();
}

function years() {
  const first = run.periods.map((period, step) => ({ step, year: period.slice(0, 4), quarter: period.slice(4) })).filter((one) => one.quarter === "Q1");
  const every = Math.max(1, Math.ceil(first.length / 9));
  return first.filter((_, n) => n % every === 0);
}

function time() {
  const shown = years();
  const texts = new Map(shown.map((one) => [one.step, one.year]));
  return { label: null, domain: [0, run.periods.length - 1], ticks: shown.map((one) => one.step), tickFormat: (step) => texts.get(step) || "" };
}

function plot(id, options, label) {
  const figure = $(id), width = Math.max(260, figure.clientWidth || 600);
  const made = Plot.plot({ width, ariaLabel: label, style: { fontSize: "12px", background: "transparent" }, ...options });
  made.setAttribute("role", "img");
  for (const part of made.querySelectorAll("[aria-label], [aria-description]")) {
    part.removeAttribute("aria-label"); // the chart has one label as a whole
    part.removeAttribute("aria-description");
  }
  figure.replaceChildren(made);
}

const now = () => Plot.ruleX([S.step], { stroke: "#111", strokeWidth: 1.5 });
const begun = () => Plot.ruleX(run.events.filter((one) => one.kind === "shock" && one.step > 0 && one.step <= reached()), { x: "step", stroke: "#57606a", strokeDasharray: "2,3", title: "text" });
const veil = (top, bottom = 0) => Plot.rect(S.step < run.periods.length - 1 ? [0] : [], { x1: S.step, x2: run.periods.length - 1, y1: bottom, y2: top, fill: "white", fillOpacity: 0.82 });

function drawShares() {
  const country = about.countries.findIndex((one) => one.code === S.country), domain = run.domains.indexOf(S.domain);
  const values = domain < 0 ? run.presence[country] : run.shares[country][domain];
  const rows = run.options.flatMap((option, k) => values[k].slice(0, reached() + 1).map((share, step) => ({ step, option, share })));
  const name = nameOf(S.country);
  $("shares-head").textContent = `Shares of ${name}`;
  plot("shares", {
    height: 300, marginLeft: 34, x: time(), y: { label: null, percent: true, domain: [0, 100], ticks: 5 },
    color: { domain: run.options, range: run.options.map(colorOf) },
    marks: [
      Plot.areaY(rows, { x: "step", y: "share", fill: "option", order: run.options, fillOpacity: 0.9, title: (row) => nameOf(row.option) }),
      veil(1), begun(), now(),
    ],
  }, `Shares of ${name} by option, percent, to ${run.periods[S.step]}`);
}

function drawHedging() {
  const rows = about.countries.flatMap((one, n) => run.hedging_index[n].slice(0, S.step + 1).map((value, step) => ({ step, value, code: one.code })));
  const known = run.hedging_index.flatMap((values) => values.slice(0, reached() + 1)), top = Math.max(...known), low = Math.min(...known);
  const color = (code) => (about.countries.find((one) => one.code === code) || {}).color || "#57606a";
  plot("hedging", {
    height: 300, marginLeft: 40, marginRight: 44, x: time(), y: { label: null, domain: [Math.max(0, low - 0.03), top + 0.03], grid: true },
    marks: [
      begun(), now(),
      Plot.line(rows, { x: "step", y: "value", z: "code", stroke: (row) => color(row.code), strokeWidth: (row) => (row.code === S.country ? 3.5 : 1.6) }),
      Plot.text(spread(rows.filter((row) => row.step === S.step), top - low), { x: "step", y: "place", text: "code", dx: 6, textAnchor: "start", fill: "#1f2328", fontWeight: (row) => (row.code === S.country ? 700 : 400) }),
    ],
  }, `Hedging index of every country to ${run.periods[S.step]}`);
}

// Labels one under another: moved apart where they would cover each other.
function spread(rows, range) {
  const gap = (range + 0.06) * 0.05;
  const sorted = rows.map((row) => ({ ...row, place: row.value })).sort((a, b) => a.value - b.value);
  for (let n = 1; n < sorted.length; n += 1) sorted[n].place = Math.max(sorted[n].place, sorted[n - 1].place + gap);
  return sorted;
}

function drawLadder() {
  const roles = ["own", "dialogue", "small", "treaty", "body", "programme"];
  const rows = about.formats.map((one, n) => ({ ...one, n })).filter((one) => Math.max(...run.rung[one.n].slice(0, reached() + 1)) > 0)
    .sort((a, b) => roles.indexOf(a.role) - roles.indexOf(b.role) || a.n - b.n);
  const wide = ($("ladder").clientWidth || 600) > 640;
  const label = new Map(rows.map((one) => [one.code, wide && one.name.length < 46 ? one.name : wide ? `${one.name.slice(0, 44)}…` : one.code]));
  const cells = rows.flatMap((one) => {
    const bars = [];
    for (let step = 0; step <= S.step; step += 1) {
      const rung = run.rung[one.n][step], last = bars.at(-1);
      if (last && last.rung === rung) last.to = step + 0.5;
      else bars.push({ code: one.code, rung, from: Math.max(0, step - 0.5), to: step + 0.5 });
    }
    return bars.filter((bar) => bar.rung > 0);
  });
  const dots = rows.flatMap((one) => run.meeting[one.n].slice(0, S.step + 1).map((rung, step) => ({ code: one.code, step, rung })).filter((dot) => dot.rung > 0 && dot.step > 0));
  plot("ladder", {
    height: 40 + 19 * rows.length, marginLeft: wide ? 290 : 96, x: { ...time(), axis: "top" },
    y: { label: null, domain: rows.map((one) => one.code), tickFormat: (code) => label.get(code), tickSize: 0, padding: 0.25 },
    marks: [
      Plot.barX(cells, { x1: "from", x2: "to", y: "code", fill: (bar) => (bar.rung > 1 ? "#2f77b4" : "#a6cbe8") }),
      Plot.dot(dots, { x: "step", y: "code", r: (dot) => (dot.rung > 1 ? 3.4 : 2), fill: "#111" }),
      now(),
    ],
  }, `Highest rung of every format to ${run.periods[S.step]}`);
}

function log() {
  const shown = [...run.events, ...keptInLog()].filter((one) => one.step <= S.step && ($("again").checked || one.kind !== "again"))
    .sort((a, b) => a.step - b.step).reverse();
  fill("log", ...shown.map((one) => el("li", { className: one.kind }, el("b", {}, one.period), el("span", {}, inLog(one)))));
  if (!shown.length) fill("log", el("li", {}, "Nothing yet: step on, or play."));
}

function met() {
  const counts = about.countries.map(() => new Map());
  const side = (format) => (about.powers.some((one) => one.code === format.lead) ? format.lead : format.counterpart ? "others" : "home-grown");
  const meetings = [];
  about.formats.forEach((format, k) => {
    for (let step = 1; step <= S.step; step += 1) {
      const held = run.meeting[k][step] > 1;
      const who = !held ? [] : about.countries.filter((_, n) => (format.role === "own" ? run.came[n][k][step] : run.status[n][k][step] === 1 || run.status[n][k][step] === 3));
      for (const one of who) {
        const row = counts[about.countries.indexOf(one)];
        row.set(side(format), (row.get(side(format)) || 0) + 1);
      }
      if (step === S.step && who.length) meetings.push(`${format.name}: ${who.map((one) => one.name).join(", ")}`);
    }
  });
  const columns = [...about.powers.map((one) => one.code), "home-grown", "others"].filter((code) => counts.some((row) => row.get(code)));
  const most = Math.max(1, ...counts.flatMap((row) => [...row.values()]));
  const cell = (value) => el("td", { style: { background: `rgba(47, 119, 180, ${(0.45 * value) / most})` } }, value ? String(value) : "");
  fill("met", el("table", {}, el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "country"), ...columns.map((code) => el("th", { scope: "col", title: nameOf(code) }, code)))),
    el("tbody", {}, ...about.countries.map((one, n) => el("tr", {}, el("th", { scope: "row" }, one.name), ...columns.map((code) => cell(counts[n].get(code) || 0)))))));
  fill("met-now", ...meetings.map((text) => el("li", {}, text)));
  if (!meetings.length) fill("met-now", el("li", {}, "No meeting of leaders in this quarter."));
}

// ---- why a country decided so

const seen = [];
function reasonColor(term) {
  if (!seen.includes(term)) seen.push(term);
  return REASONS[seen.indexOf(term) % REASONS.length];
}
const REASONS = ["#4269d0", "#efb118", "#ff725c", "#3ca951", "#a463f2", "#6cc5b0", "#9c6b4e", "#97bbf5", "#ff8ab7", "#9498a0", "#b5590b", "#1b7f79", "#7a7a00"];

function drawWhy() {
  const name = nameOf(S.country);
  $("why-head").textContent = `Why ${name} decided so in ${run.periods[S.step]}`;
  $("why-domain").parentElement.hidden = !why;
  if (!why) {
    $("why-rule").textContent = S.step ? "" : "Nobody decides at the start: step on.";
    for (const id of ["why", "why-legend", "why-table", "why-formats"]) fill(id);
    return;
  }
  $("why-rule").textContent = `Follows ${why.rule}: ${why.meaning} ${why.note || "Bars are what each reason adds to the value of an option against the start (log odds); they add up to the dot."}`;
  const sizes = about.domains.map((one) => Math.max(...why.options.filter((row) => row.domain === one.code).map((row) => Math.abs(row.value))));
  const chosen = $("why-domain").value || about.domains[sizes.indexOf(Math.max(...sizes))].code;
  choices("why-domain", about.domains.map((one) => [one.code, one.name]), chosen);
  const terms = [...new Set(why.terms.map((row) => row.term))];
  const rows = why.terms.filter((row) => row.domain === chosen && Math.abs(row.value) > 1e-9);
  const options = why.options.filter((row) => row.domain === chosen);
  const acting = terms.filter((term) => rows.some((row) => row.term === term));
  fill("why-legend", ...acting.map((term) => el("span", {}, el("i", { className: "swatch", style: { background: reasonColor(term) } }), term)));
  plot("why", {
    height: 60 + 26 * options.length, marginLeft: 130, marginBottom: 44, x: { label: "value (log odds)", grid: true, nice: true, labelOffset: 38 },
    y: { label: null, domain: options.map((row) => row.option), tickFormat: (code) => (nameOf(code).length > 20 ? `${nameOf(code).slice(0, 19)}…` : nameOf(code)), tickSize: 0 },
    color: { domain: terms, range: terms.map(reasonColor) },
    marks: [
      Plot.barX(rows, { x: "value", y: "option", fill: "term", title: (row) => `${row.term} ${row.value.toFixed(3)}` }),
      Plot.ruleX([0]),
      Plot.dot(options, { x: "value", y: "option", fill: "#111", stroke: "white", r: 4 }),
    ],
  }, `Terms of the value of each option for ${name}`);
  fill("why-table", table(["option", ...acting, "value", "share before", "share after"], options.map((row) => [nameOf(row.option),
    ...acting.map((term) => (rows.find((one) => one.option === row.option && one.term === term) || { value: 0 }).value.toFixed(3)),
    row.value.toFixed(3), points(row.share_before), points(row.share)])));
  const formats = table(["format", "status", "rung", "next", "chance", "willing", "could not", "unwilling"], why.formats.map((row) => [nameOf(row.format), row.status, row.rung,
    row.next || "–", row.next ? `${(100 * row.chance).toFixed(0)} %` : "", row.willing.join(" "), row.held_back.join(" "), row.unwilling.join(" ")]));
  formats.className = "wide";
  fill("why-formats", formats);
}

function table(heads, rows) {
  return el("table", {}, el("thead", {}, el("tr", {}, ...heads.map((head) => el("th", { scope: "col" }, head)))),
    el("tbody", {}, ...rows.map((row) => el("tr", {}, ...row.map((cell) => el("td", {}, String(cell)))))));
}

// ---- the world without a shock

function drawBand() {
  if (!band) {
    fill("band");
    $("compare-words").textContent = "Not compared yet, or something was changed since.";
    return;
  }
  const [outcome, entity] = $("outcome").value.split(" ");
  const found = band.bands.find((one) => one.outcome === outcome && one.entity === entity);
  const percent = outcome.startsWith("presence_"), factor = percent ? 100 : 1, digits = percent ? 1 : 3;
  const rows = found.mean.map((mean, step) => ({ step, mean: factor * mean, low: factor * found.low[step], high: factor * found.high[step] }));
  const one = rows[S.step], unit = percent ? " percentage points" : "";
  const what = $("outcome").selectedOptions[0].textContent;
  const amount = Math.abs(one.mean).toFixed(digits);
  const than = Number(amount) === 0 ? "as good as the same as" : `${amount}${unit} ${one.mean > 0 ? "higher" : "lower"} than`;
  const most = `in 90 % of them ${signed(one.low, digits)} to ${signed(one.high, digits)}`;
  const failed = band.left_out ? `; ${band.left_out} pairs failed` : "";
  $("compare-words").textContent = `In ${run.periods[S.step]} the ${what} is ${than} in ${band.twin} (mean of ${band.pairs} pairs of runs; ${most}${failed}).`;
  const top = Math.max(0, ...rows.map((row) => row.high)), low = Math.min(0, ...rows.map((row) => row.low));
  plot("band", {
    height: 260, marginLeft: 48, x: time(), y: { label: percent ? "difference, percentage points" : "difference", grid: true, domain: top > low ? [low, top] : [-1, 1], nice: true },
    marks: [
      Plot.areaY(rows, { x: "step", y1: "low", y2: "high", fill: "#2f77b4", fillOpacity: 0.22 }),
      Plot.line(rows, { x: "step", y: "mean", stroke: "#0b5cad", strokeWidth: 2.5 }),
      Plot.ruleY([0]), begun(), now(),
    ],
  }, `Difference of ${what}, mean and 90 percent of pairs`);
}

// ---- playing a country: S.play has its code, the quarter in which the game began, and the one that is reached

const reached = () => (S.play ? run.periods.indexOf(S.play.now) : run.periods.length - 1);
const nextQuarter = () => run.periods[reached() + 1];
const ended = () => reached() === run.periods.length - 1;

// What a setting chooses: a rule of a country from a quarter on; null for any other setting.
function move([path, value]) {
  const own = /^changes\.play_\w+_(\d{4}q\d)$/.exec(path), given = /^changes\.(\w+)\.rule$/.exec(path);
  if (!own && !given) return null;
  try {
    const found = JSON.parse(value), rule = own ? found.rule : found;
    const change = own ? null : about.changes.find((one) => one.id === given[1]);
    return { country: rule.country, rule: rule.rule, date: own ? own[1].toUpperCase() : change.date };
  } catch {
    return null;
  }
}

const moveOn = (date) => S.settings.find((pair) => { const found = move(pair); return found && found.country === S.play.country && found.date === date; });

function begin(code) {
  const from = run.periods[S.step < run.periods.length - 1 ? S.step : 0];
  S.settings = S.settings.filter((pair) => { const found = move(pair); return !found || found.country !== code || found.date <= from; });
  Object.assign(S, { play: { country: code, from, now: from }, country: code, step: run.periods.indexOf(from) });
  stop();
  controls();
  settle();
}

const canPlay = () => about.countries.some((one) => one.code === S.play.country) && run.periods.includes(S.play.from) && run.periods.indexOf(S.play.now) >= run.periods.indexOf(S.play.from);

function moveInWords(pair) {
  const found = move(pair);
  return found && `${found.date}: ${nameOf(found.country)} follows ${found.rule}`;
}

// Choices are listed among what happened, also those to keep the course.
const inLog = (one) => (/^play_/.test(one.id || "") ? one.text.replace("The scenario gives", "Your choice") : one.text);
const keptInLog = () => (S.play ? moves().filter((one) => !one.rule).map((one) => ({ ...one, kind: "change", text: `Your choice: ${S.play.country} keeps its course` })) : []);

function leave() {
  S.play = null;
  choice = null;
  controls();
  settings();
  draw();
}

// Computes what follows from a choice, and reads the new quarter out; tells whether it could.
async function settle() {
  const done = await compute();
  if (!S.play) return done;
  $("choice").scrollIntoView();
  $("choice-head").focus({ preventScroll: true });
  return done;
}

// Goes to another quarter with other choices: one at a time, and back if the run fails.
async function turn(now, chosen) {
  if (turning) return;
  turning = true;
  const before = [S.play.now, S.settings];
  [S.play.now, S.settings] = [now, chosen];
  S.step = reached();
  if (!(await settle()) && S.play) {
    [S.play.now, S.settings] = before;
    S.step = reached();
    settings();
    draw();
  }
  turning = false;
}
let turning = false;

async function choose(course) {
  const pairs = course.settings.map((text) => [text.slice(0, text.indexOf("=")), text.slice(text.indexOf("=") + 1)]);
  await turn(nextQuarter(), [...S.settings, ...pairs]);
}

// On to the next quarter; where a choice is due, the course is kept.
function stepOn() {
  if (!S.play || S.step < reached()) go(S.step + 1);
  else if (!ended()) choose({ settings: [] });
}

async function undo() {
  const taken = moveOn(S.play.now);
  await turn(run.periods[reached() - 1], S.settings.filter((pair) => pair !== taken));
}

async function askFutures() {
  if (!S.play || ended()) return;
  const wanted = [...document.querySelectorAll("#more input:checked")].map((box) => box.value);
  const body = { country: S.play.country, period: S.play.now, ahead: Number($("choice-ahead").value) };
  if (wanted.length) body.courses = wanted;
  const mine = asking;
  await guarded(async () => {
    const found = await ask("futures", body);
    if (mine === asking && S.play) { choice = found; drawChoice(); }
  });
}

function outcomeOf(name) {
  const k = about.countries.findIndex((one) => one.code === S.play.country), [stem, code] = [name.replace(/_[^_]*$/, ""), name.replace(/^.*_/, "")];
  if (stem === "presence") return { words: `presence of ${nameOf(code)}`, past: run.presence[k][run.options.indexOf(code)], factor: 100, digits: 1, finer: 2, unit: " %", points: " points" };
  if (stem === "threat") return { words: `threat from ${nameOf(code)}`, past: run.threat[k][about.powers.findIndex((one) => one.code === code)], factor: 1, digits: 3, finer: 3, unit: "", points: "" };
  if (name.startsWith("leader_meetings")) return { words: `meetings of leaders from now on${name.endsWith("outside") ? ", with powers" : ""}`, past: null, factor: 1, digits: 1, finer: 2, unit: "", points: "" };
  return { words: name.replaceAll("_", " "), past: run[name][k], factor: 1, digits: 3, finer: 3, unit: "", points: "" };
}

function drawChoice() {
  $("choice").hidden = !S.play;
  $("play-it").hidden = S.play && S.play.country === S.country;
  $("play-it").textContent = `Play ${nameOf(S.country)}: choose for it, quarter by quarter`;
  if (!S.play) return;
  const name = nameOf(S.play.country);
  $("choice-head").textContent = ended() ? `You have played ${name} from ${S.play.from} to ${S.play.now}` : `Your choice for ${name} in ${nextQuarter()}`;
  $("choice-hint").textContent = ended() ? "" : `You have seen ${S.play.now}. A course is a rule by which ${name} decides from ${nextQuarter()} on, until you choose another; its futures are as if it were kept.`;
  $("choice-end").hidden = !ended();
  $("choice-open").hidden = ended() || !choice;
  $("choice-show").hidden = ended();
  $("undo").disabled = S.play.now === S.play.from;
  $("moves").textContent = moves().map((one) => `${one.period}: ${one.rule || "kept"}`).join(" · ");
  const fits = choice && choice.period === S.play.now && choice.country === S.play.country;
  for (const button of document.querySelectorAll("#courses button")) button.disabled = !fits;
  if (!fits || ended()) return;
  const wanted = $("choice-outcome").value, names = choice.outcomes.map((one) => one.outcome);
  const usual = `presence_${leading(about.countries.findIndex((one) => one.code === S.play.country), reached())}`;
  choices("choice-outcome", names.map((one) => [one, outcomeOf(one).words]), names.includes(wanted) ? wanted : usual);
  drawEffects();
  drawFans();
  drawMore();
}

// The choices so far, by quarter; one without a rule keeps the course.
function moves() {
  const first = run.periods.indexOf(S.play.from) + 1;
  return run.periods.slice(first, reached() + 1).map((period, n) => ({ period, step: first + n, rule: (moveOn(period) && move(moveOn(period)).rule) || "" }));
}

const until = () => choice.periods.at(-1);

function drawEffects() {
  const outcome = $("choice-outcome").value, of = outcomeOf(outcome), last = choice.periods.length - 1;
  const narrow = ($("choice").clientWidth || 600) < 480;
  const rows = choice.courses.slice(1).map((one) => {
    const found = one.outcomes[outcome];
    return { name: narrow ? one.rule : one.words, mean: of.factor * found.effect[last], low: of.factor * found.effect_low[last], high: of.factor * found.effect_high[last] };
  });
  const ends = rows.flatMap((row) => [row.low, row.high]), widest = Math.max(...ends.map(Math.abs));
  $("effects-head").textContent = `What each course changes: ${of.words} in ${until()}, against keeping the course`;
  plot("effects", {
    height: 50 + 26 * rows.length, marginLeft: narrow ? 108 : 215, marginBottom: 40, x: { label: `difference${of.points && `, percentage${of.points}`}`, grid: true, nice: true, labelOffset: 36, domain: widest > 0 ? [Math.min(0, ...ends), Math.max(0, ...ends)] : [-1, 1], ticks: narrow ? 4 : 8 },
    y: { label: null, domain: rows.map((row) => row.name), tickSize: 0 },
    marks: [
      Plot.ruleX([0]),
      Plot.ruleY(rows, { y: "name", x1: "low", x2: "high", stroke: "#d55e00", strokeWidth: 5, strokeOpacity: 0.45 }),
      Plot.dot(rows, { y: "name", x: "mean", fill: "#a34700", r: 4.5 }),
    ],
  }, `Effect of each course on ${of.words} in ${until()}, mean and 90 percent of pairs`);
}

function drawFans() {
  const outcome = $("choice-outcome").value, of = outcomeOf(outcome), now = reached(), kept = choice.courses[0];
  const first = of.past ? Math.max(0, now - 4) : now;
  const past = of.past ? of.past.slice(first, now + 1).map((value, n) => ({ step: first + n, value: of.factor * value })) : [];
  const rows = (one) => choice.periods.map((_, n) => ({ step: now + n, ...Object.fromEntries(["median", "low", "high"].map((key) => [key, of.factor * one.outcomes[outcome][key][n]])) }));
  const all = [...past.map((row) => row.value), ...choice.courses.flatMap((one) => rows(one).flatMap((row) => [row.low, row.high]))];
  $("fans-head").textContent = `What may come of each: ${of.words} to ${until()}`;
  const ends = [Math.min(...all), Math.max(...all)];
  fill("courses", ...choice.courses.map((one, n) => card(one, n, of)));
  for (const [n, one] of choice.courses.entries()) {
    plot(`fan-${n}`, {
      height: 118, marginLeft: 38, marginBottom: 22, marginTop: 8, x: { label: null, domain: [first, now + choice.periods.length - 1], ticks: [...new Set([first, now, now + choice.periods.length - 1])], tickFormat: (step) => run.periods[step] },
      y: { label: null, ticks: 4, grid: true, domain: ends[1] > ends[0] ? ends : [ends[0] - 1, ends[0] + 1], nice: true },
      marks: [
        Plot.areaY(rows(one), { x: "step", y1: "low", y2: "high", fill: "#2f77b4", fillOpacity: 0.25 }),
        Plot.line(rows(one), { x: "step", y: "median", stroke: "#0b5cad", strokeWidth: 2.2 }),
        Plot.line(rows(kept), { x: "step", y: "median", stroke: "#111", strokeWidth: 1.2, strokeDasharray: "3,3" }),
        Plot.line(past, { x: "step", y: "value", stroke: "#111", strokeWidth: 1.8 }),
        Plot.ruleX([now], { stroke: "#57606a" }),
      ],
    }, `Futures of ${one.words}: ${of.words}, median and 90 percent`);
  }
}

function card(one, n, of) {
  const found = one.outcomes[$("choice-outcome").value], last = choice.periods.length - 1, said = (value) => (of.factor * value).toFixed(of.digits);
  const effect = (value) => signed(of.factor * value, of.finer);
  const against = one.name === "keep" ? "The others are compared with this one."
    : `Against keeping the course: ${effect(found.effect[last])}${of.points} (standard error ${small(of.factor * found.error[last], of.finer)}; 90 % of pairs ${effect(found.effect_low[last])} to ${effect(found.effect_high[last])}).`;
  return el("div", { className: "course", "data-course": one.name },
    el("h4", {}, one.words), el("p", { className: "hint" }, `${one.rule}: ${one.meaning}`), el("figure", { id: `fan-${n}` }),
    el("p", {}, `${until()}: median ${said(found.median[last])}${of.unit}, 90 % of futures ${said(found.low[last])} to ${said(found.high[last])}${of.unit}.`),
    el("p", {}, against), one.name === "keep" ? null : el("p", {}, most(one, last)),
    one.left_out ? el("p", {}, `${one.left_out} futures failed and are left out.`) : null,
    el("button", { type: "button", className: "main", "aria-label": `Choose: ${one.words}`, on: { click: () => choose(one) } }, "Choose"));
}

const small = (size, digits) => (size > 0 && Number(size.toFixed(digits)) === 0 ? `below ${(0.1 ** digits).toFixed(digits)}` : size.toFixed(digits));

// The two presences that a course moves most.
function most(one, last) {
  const moved = run.options.map((code) => [code, 100 * one.outcomes[`presence_${code}`].effect[last]]).sort((a, b) => Math.abs(b[1]) - Math.abs(a[1])).slice(0, 2);
  return Math.abs(moved[0][1]) < 0.05 ? "Moves no presence by a tenth of a point." : `Moves most: ${moved.map(([code, value]) => `${nameOf(code)} ${signed(value)} points`).join(", ")}.`;
}

function drawMore() {
  const listed = choice.courses.map((one) => one.rule), ticked = [...document.querySelectorAll("#more input:checked")].map((box) => box.value);
  const rest = about.rules.countries.filter((rule) => ticked.includes(rule.name) || !listed.includes(rule.name));
  fill("more", ...rest.map((rule) => el("label", { title: rule.meaning }, el("input", { type: "checkbox", value: rule.name, checked: ticked.includes(rule.name), on: { change: askFutures } }), ` ${rule.name}`)));
  const last = choice.periods.length - 1, others = choice.courses.slice(1), names = choice.outcomes.map((one) => one.outcome);
  const cell = (one, name) => { const of = outcomeOf(name), found = one.outcomes[name]; return `${signed(of.factor * found.effect[last], of.finer)} (${small(of.factor * found.error[last], of.finer).replace("below ", "<")})`; };
  const moved = names.filter((name) => others.some((one) => Number((outcomeOf(name).factor * one.outcomes[name].effect[last]).toFixed(outcomeOf(name).finer)) !== 0));
  const still = names.filter((name) => !moved.includes(name)).map((name) => outcomeOf(name).words);
  fill("choice-table", el("p", { className: "hint" }, `Mean difference in ${until()} against keeping the course; in brackets its standard error. Presence in percentage points.`),
    table(["outcome", ...others.map((one) => one.rule)], moved.map((name) => [outcomeOf(name).words, ...others.map((one) => cell(one, name))])),
    still.length ? el("p", { className: "hint" }, `No course changes these, as far as these digits show: ${still.join(", ")}.`) : null);
}

// ---- files

async function save() {
  await guarded(async () => {
    const found = await ask("save");
    const url = URL.createObjectURL(new Blob([found.text], { type: "application/yaml" }));
    const link = el("a", { href: url, download: found.name });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
  });
}

async function opened(file) {
  const text = await file.text();
  const name = file.name;
  const fine = await guarded(async () => { await ask("about", { scenario: name, text, settings: [] }); });
  $("file").value = "";
  if (!fine) return;
  Object.assign(S, { scenario: name, text, packed: await packed(text), settings: [], step: null, play: null });
  await load();
}

// ---- start

function listen() {
  $("scenario").addEventListener("change", (event) => {
    Object.assign(S, { scenario: event.target.value, text: null, settings: [], step: null, play: null });
    load();
  });
  $("run").addEventListener("change", (event) => { S.run = Math.max(0, Math.trunc(Number(event.target.value)) || 0); event.target.value = S.run; compute(); });
  $("reset").addEventListener("click", () => { stop(); go(0); });
  $("back").addEventListener("click", () => { stop(); go(S.step - 1); });
  $("step").addEventListener("click", () => { stop(); stepOn(); });
  $("play").addEventListener("click", play);
  $("quarter").addEventListener("input", (event) => { stop(); go(Number(event.target.value)); });
  $("domain").addEventListener("change", (event) => { S.domain = event.target.value; draw(); });
  $("why-domain").addEventListener("change", drawWhy);
  $("compare").addEventListener("click", compare);
  $("without").addEventListener("change", () => { band = null; drawBand(); });
  $("outcome").addEventListener("change", drawBand);
  $("again").addEventListener("change", log);
  $("search").addEventListener("input", others);
  $("save").addEventListener("click", save);
  $("open").addEventListener("click", () => $("file").click());
  $("go").addEventListener("click", () => $("changed").scrollIntoView());
  $("file").addEventListener("change", (event) => { if (event.target.files.length) opened(event.target.files[0]); });
  $("copy").addEventListener("click", async () => {
    try { await navigator.clipboard.writeText($("command").textContent); $("status").textContent = "copied"; }
    catch { $("status").textContent = "mark it and copy it"; }
  });
  $("clear").addEventListener("click", () => { Object.assign(S, { settings: [], play: null }); load(); });
  $("play-it").addEventListener("click", () => begin(S.country));
  $("undo").addEventListener("click", undo);
  $("leave").addEventListener("click", leave);
  $("choice-outcome").addEventListener("change", drawChoice);
  $("choice-ahead").addEventListener("change", askFutures);
  $("any").addEventListener("submit", (event) => {
    event.preventDefault();
    const text = $("any-text").value, at = text.indexOf("=");
    if (at < 1) { tell([{ place: text || "PATH=VALUE", fault: "there is no path before an =", remedy: "Write it like end=2024Q4." }]); return; }
    put(text.slice(0, at).trim(), text.slice(at + 1));
    load();
  });
  addEventListener("hashchange", () => { start(false); });
  let resizing = 0;
  addEventListener("resize", () => { clearTimeout(resizing); resizing = setTimeout(() => { if (run) { draw(); drawWhy(); } }, 150); });
}

async function start(first = true) {
  if (first) listen();
  const wanted = new URLSearchParams(location.hash.slice(1));
  const [version, said] = await fromAddress();
  said.push(...await load(true), ...notShown(wanted));
  if (version !== null && about && Number(version) !== about.state) {
    said.push({ place: `v=${version}`, fault: `the address was saved by another version of the explorer (this one writes v=${about.state})`,
      remedy: "Look whether all is as you left it, and save the address again." });
  }
  if (said.length) tell([...messages, ...said]);
}

start();
