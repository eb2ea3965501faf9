/**
 * @import { SlashCommand } from './app-manifest.js'
 */

/**
 * The list of slash commands in the editor: a row for each, and buttons to add and remove them.
 *
 * @param {Document} document
 * @param {readonly SlashCommand[]} commands
 * @param {() => void} changed
 */
export function startCommandRows(document, commands, changed) {
  const list = document.getElementById('commands');
  if (!list) return;
  for (const command of commands) addRow(document, list, command, changed);
  document.getElementById('add-command')?.addEventListener('click', () => {
    addRow(document, list, { command: '/', description: '' }, changed)?.focus();
    changed();
  });
}

/**
 * @param {Document} document
 * @param {HTMLElement} list
 * @param {SlashCommand} command
 * @param {() => void} changed
 * @returns {HTMLInputElement | undefined} the new row's first field
 */
function addRow(document, list, command, changed) {
  const template = document.getElementById('command-row');
  if (!(template instanceof HTMLTemplateElement)) return undefined;
  const copy = template.content.firstElementChild?.cloneNode(true);
  if (!(copy instanceof HTMLLIElement)) return undefined;
  const row = copy;
  const fields = row.querySelectorAll('input');
  for (const field of fields) {
    if (field.name === 'command') field.value = command.command;
    if (field.name === 'description') field.value = command.description;
    if (field.name === 'usage_hint') field.value = command.usage_hint ?? '';
  }
  // A row that a person adds escapes channels and names, as the proposed commands do.
  row.dataset['escape'] = String(command.should_escape ?? true);
  row.querySelector('.remove')?.addEventListener('click', () => {
    const next = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    const focus = next?.querySelector('input') ?? document.getElementById('add-command');
    focus?.focus();
    changed();
  });
  list.append(row);
  return fields[0];
}
