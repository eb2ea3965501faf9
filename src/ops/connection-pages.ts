/**
 * Where the page of each connection is for people: `connectionUrl` as the manifest has it, below `base()` if it is a path, with
 * what AutoKitteh adds for its web UI.
 */
export function connectionPages(connectionUrl: string, base: () => string): (connectionId: string) => string {
  const isWhole = URL.canParse(connectionUrl);
  return (connectionId) => {
    const query = new URLSearchParams({ cid: connectionId, origin: 'web' });
    const address = isWhole ? connectionUrl : `${base()}${connectionUrl}`;
    return `${address}?${query.toString()}`;
  };
}
