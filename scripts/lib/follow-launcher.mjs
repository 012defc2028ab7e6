// Loaded into every program that run-pinned.mjs starts. The channel to the launcher closes when the launcher is killed,
// and then this program has to end as well: at once, as in a crash, so that a new start finds the port and the data free.
if (process.channel) {
  process.once('disconnect', () => process.exit(1));
  process.channel.unref();
}
