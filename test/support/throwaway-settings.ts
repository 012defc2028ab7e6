/** For a PostgreSQL whose content ends with the test run: nothing waits for the disk. Never for tests of durability. */
export const throwawaySettings: Readonly<Record<string, string>> = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  shared_buffers: '64MB',
  max_connections: '200',
  max_wal_size: '4GB',
};
