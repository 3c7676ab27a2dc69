/** The configuration of a Temporal server with all four services in one process, on loopback. */

export interface ServerPorts {
  readonly frontend: number;
  readonly frontendHttp: number;
  readonly frontendMember: number;
  readonly history: number;
  readonly historyMember: number;
  readonly matching: number;
  readonly matchingMember: number;
  readonly worker: number;
  readonly workerMember: number;
}

const CONNECTIONS = 20;
const VISIBILITY_CONNECTIONS = 5;
// 512, the usual number, costs 8 ms of Postgres a case on two cores.
const SHARDS = 16;

/** As the server reads it; the pgx plugin keeps statements prepared, which halves what Postgres spends. */
export function serverConfig(ports: ServerPorts, postgresUrl: string, dynamicConfig: string): object {
  const { host, username, password } = new URL(postgresUrl);
  const store = (databaseName: string, connections: number): object => ({
    sql: {
      pluginName: 'postgres12_pgx',
      databaseName,
      connectAddr: host,
      connectProtocol: 'tcp',
      user: username,
      password,
      maxConns: connections,
      maxIdleConns: connections,
      maxConnLifetime: '1h',
    },
  });
  const service = (grpcPort: number, membershipPort: number, more: object = {}): object => ({
    rpc: { grpcPort, membershipPort, bindOnLocalHost: true, ...more },
  });
  return {
    log: { stdout: true, level: 'error' },
    persistence: {
      defaultStore: 'main',
      visibilityStore: 'vis',
      numHistoryShards: SHARDS,
      datastores: { main: store('temporal', CONNECTIONS), vis: store('temporal_vis', VISIBILITY_CONNECTIONS) },
    },
    global: { membership: { maxJoinDuration: '30s', broadcastAddress: '127.0.0.1' } },
    services: {
      frontend: service(ports.frontend, ports.frontendMember, { httpPort: ports.frontendHttp }),
      history: service(ports.history, ports.historyMember),
      matching: service(ports.matching, ports.matchingMember),
      worker: service(ports.worker, ports.workerMember),
    },
    clusterMetadata: onlyCluster(ports.frontend),
    dcRedirectionPolicy: { policy: 'noop' },
    dynamicConfigClient: { filepath: dynamicConfig, pollInterval: '10s' },
  };
}

/** A cluster that knows no other. */
function onlyCluster(frontendPort: number): object {
  return {
    enableGlobalNamespace: false,
    failoverVersionIncrement: 10,
    masterClusterName: 'active',
    currentClusterName: 'active',
    clusterInformation: { active: { enabled: true, initialFailoverVersion: 1, rpcName: 'frontend', rpcAddress: `127.0.0.1:${frontendPort}` } },
  };
}
