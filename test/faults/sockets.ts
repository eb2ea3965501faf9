/** The series that `npm run faults -- sockets` runs. */
export { run } from './sockets-series.js';
