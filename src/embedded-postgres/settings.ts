/**
 * The server's settings, given on its command line at every start so that a cluster made by an older version gets the
 * present ones. Durability is full: an acknowledged payment survives the loss of power.
 */
const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '',
  unix_socket_permissions: '0700',
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  wal_compression: 'on',
  max_wal_size: '1GB',
  shared_buffers: '128MB',
  max_connections: '200',
  random_page_cost: '1.1',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // Neither statements nor the details of an error are logged: both can quote a row.
  log_statement: 'none',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_checkpoints: 'off',
  log_line_prefix: '',
  log_destination: 'stderr',
  logging_collector: 'off',
};

/** The arguments that start `postgres` on a cluster, listening only on a socket in `socketFolder`. */
export function serverArguments(
  clusterFolder: string,
  socketFolder: string,
  overrides: Readonly<Record<string, string>>,
): string[] {
  const settings = { ...SETTINGS, unix_socket_directories: socketFolder, ...overrides };
  return [`-D${clusterFolder}`, ...Object.entries(settings).map(([name, value]) => `--${name}=${value}`)];
}
