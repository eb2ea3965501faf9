import { createAppLink, manifestJson, manifestYaml } from './app-manifest.js';
import { copyText } from './copying.js';
import { elementById, setText } from './elements.js';
import { startCommandRows } from './command-rows.js';
import { startChoiceSearch } from './choice-search.js';
import { showFindings } from './manifest-findings.js';
import { editedManifest } from './manifest-form.js';

/**
 * @import { AppManifest } from './app-manifest.js'
 */

/**
 * Lets a person change the manifest; after each keystroke the link, the text and what is wrong are those of the present
 * one.
 *
 * @param {Document} document
 */
export function startManifestEditor(document) {
  const form = elementById(document, 'editor-form', HTMLFormElement);
  if (form) start(document, form);
}

/**
 * @param {Document} document
 * @param {HTMLFormElement} form
 */
function start(document, form) {
  const proposed = /** @type {AppManifest} */ (JSON.parse(form.dataset['manifest'] ?? ''));
  let manifest = proposed;
  const update = () => {
    manifest = editedManifest(form, proposed);
    show(document, form, manifest, update);
  };
  startCommandRows(document, proposed.features.slash_commands ?? [], update);
  form.addEventListener('input', update);
  startChoiceSearch(document);
  form.addEventListener('submit', (event) => event.preventDefault());
  for (const radio of formats(document)) radio.addEventListener('change', update);
  startCopy(document, () => textOf(document, manifest));
  startDownload(document, () => textOf(document, manifest));
  for (const id of ['editor', 'formats', 'copy-manifest']) {
    const element = document.getElementById(id);
    if (element) element.hidden = false;
  }
  update();
}

/**
 * @param {Document} document
 * @param {HTMLFormElement} form
 * @param {AppManifest} manifest
 * @param {() => void} update
 */
function show(document, form, manifest, update) {
  const link = elementById(document, 'create-link', HTMLAnchorElement);
  // The page was made for one of Slack's sites.
  if (link) link.href = createAppLink(manifest, link.host.replace(/^api\./, ''));
  setText(document.getElementById('manifest-text'), textOf(document, manifest));
  showFindings(document, form, manifest, update);
  const sent = elementById(document, 'wanted-manifest', HTMLInputElement);
  if (sent) sent.value = JSON.stringify(manifest);
  // "Check" tells which of these scopes the bot does not have.
  const wanted = elementById(document, 'wanted-scopes', HTMLInputElement);
  if (wanted) wanted.value = manifest.oauth_config.scopes.bot.join(' ');
}

/**
 * @param {Document} document
 * @param {AppManifest} manifest
 */
function textOf(document, manifest) {
  return formatOf(document) === 'json' ? manifestJson(manifest) : manifestYaml(manifest);
}

/** @param {Document} document */
function formats(document) {
  return [...document.querySelectorAll('input[name="format"]')].filter(
    (input) => input instanceof HTMLInputElement,
  );
}

/** @param {Document} document */
function formatOf(document) {
  return formats(document).find(({ checked }) => checked)?.value ?? 'yaml';
}

/**
 * @param {Document} document
 * @param {() => string} text
 */
function startCopy(document, text) {
  const button = elementById(document, 'copy-manifest', HTMLButtonElement);
  button?.addEventListener('click', async () => {
    if (await copyText(document, text())) setText(button, 'Copied');
    else selectText(document);
  });
}

/** @param {Document} document */
function selectText(document) {
  const text = document.getElementById('manifest-text');
  text?.closest('details')?.setAttribute('open', '');
  if (text) document.getSelection()?.selectAllChildren(text);
  text?.focus();
}

/**
 * @param {Document} document
 * @param {() => string} text
 */
function startDownload(document, text) {
  const link = elementById(document, 'download-manifest', HTMLAnchorElement);
  link?.addEventListener('click', () => {
    const format = formatOf(document);
    link.href = URL.createObjectURL(new Blob([text()], { type: `application/${format}` }));
    link.download = `slack-app.${format}`;
  });
}
