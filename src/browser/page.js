/** What the page can do beyond its plain forms. Each part looks for its own elements and does nothing without them. */

import { startAppLinks } from './app-links.js';
import { startCopyButtons } from './copy-buttons.js';
import { startEvents } from './events.js';
import { startFormSending } from './form-sending.js';
import { startLiveState } from './live-state.js';
import { startManifestEditor } from './manifest-editor.js';
import { startTokenFields } from './token-fields.js';

document.documentElement.classList.add('scripted');
startManifestEditor(document);
startTokenFields(document);
startAppLinks(document);
startFormSending(document);
startLiveState(document);
startEvents(document);
startCopyButtons(document);
