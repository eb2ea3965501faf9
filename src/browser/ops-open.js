/** Exchanges the code in the address for a session. It stands behind a number sign, so that no server and no prefetch sees it. */

const code = location.hash.slice(1);
// Neither the history nor a copied address keeps it.
history.replaceState(null, '', location.pathname);
void enter();

async function enter() {
  if (code === '') return;
  try {
    const response = await fetch('/ops/session', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code }),
    });
    if (response.ok) location.replace('/ops/');
    else tell(await response.text());
  } catch {
    tell('The program does not answer. Run ak-slack open again when it does.');
  }
}

/** @param {string} text */
function tell(text) {
  const heading = document.getElementById('opening');
  const otherwise = document.getElementById('otherwise');
  if (heading) heading.textContent = 'This link does not open the status page';
  if (otherwise) otherwise.textContent = text.charAt(0).toUpperCase() + text.slice(1);
}
