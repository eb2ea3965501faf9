/** What a page to watch can do beyond its plain forms: copy tokens, send without loading anew, and show what arrives. */
export const PAGE_SCRIPT = `
  import { copyText } from '/copying.js';

  const byId = (id) => document.getElementById(id);
  for (const button of document.querySelectorAll('button[data-copies]')) {
    button.hidden = false;
    button.addEventListener('click', async () => {
      const copied = await copyText(document, byId(button.dataset.copies).textContent);
      byId('copied').textContent = copied
        ? button.dataset.what + ' was copied.'
        : 'This browser lets no page copy: select the token and copy it.';
    });
  }
  byId('send').addEventListener('submit', async (event) => {
    event.preventDefault();
    const fields = new FormData(event.target, event.submitter);
    await fetch('/send', { method: 'POST', body: new URLSearchParams(fields) });
    await refresh();
  });
  async function refresh() {
    const page = new DOMParser().parseFromString(await (await fetch('/')).text(), 'text/html');
    for (const id of ['status', 'hint']) {
      const [now, next] = [byId(id), page.getElementById(id)];
      now.hidden = next.hidden;
      if (now.textContent !== next.textContent) now.textContent = next.textContent;
    }
    // What is there stays as it is, so that a person can read and select it.
    const list = byId('arrivals');
    for (const item of [...page.getElementById('arrivals').children].reverse())
      if (!byId(item.id)) list.prepend(item);
    byId('nothing').hidden = list.children.length > 0;
  }
  const again = () => refresh().catch(() => undefined).then(() => setTimeout(again, 500));
  again();
`;
