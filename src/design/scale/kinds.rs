//! What becomes of the settings of each kind of component. A new setting does not compile before it says so here: `_` is a
//! setting that stays as it is, and a kind that refuses as a whole needs to name none.
//!
//! Times, shares, thresholds of shares and ways of choosing stay. Whatever so many share at once is divided: servers,
//! connections, bytes in use, requests a second. A room for copies shrinks as its sample of keys does.

use crate::design::{
    ApiGateway, Auth, Autoscale, Batch, Cache, CacheMode, Cdn, Clients, Codel, Compression, Database, Design, Disk,
    Dns, External, Filter, HealthCheck, Kind, Limit, LoadBalancer, ObjectStorage, Outlier, Per, Quorum, Server, Shape,
    ShardRouter, Shed, StaticCache, Tls,
};

use super::divider::{Divider, INSTANCES_LEFT, SERVERS_LEFT};
use super::keys::Copies;
use super::policies::largest;

/// The share of the peak rate that copying of keys may come to, which is not divided.
const MOVED: f64 = 0.01;

/// Divides the settings of a component.
pub fn divide(divider: &mut Divider, kind: &mut Kind, design: &Design) {
    match kind {
        Kind::Clients(clients) => divide_clients(divider, clients),
        Kind::LoadBalancer(balancer) => divide_balancer(divider, balancer, design),
        Kind::ApiGateway(gateway) => divide_gateway(divider, gateway),
        Kind::Dns(dns) => divide_dns(divider, dns),
        Kind::Server(server) => divide_server(divider, server, design),
        Kind::Cdn(cdn) => divide_cdn(divider, cdn, design),
        Kind::Cache(cache) => divide_cache(divider, cache, design),
        Kind::Database(database) => divide_database(divider, database, design),
        Kind::ShardRouter(router) => divide_router(divider, router),
        Kind::ObjectStorage(storage) => divide_storage(divider, storage, design),
        Kind::Queue(_) => divider.refuse("is a queue, which counts order and copies of single messages"),
        Kind::Worker(_) => divider.refuse("is a worker, which takes one message after the other"),
        Kind::LockService(_) => divider.refuse("is a lock service, and a lock has one holder"),
        Kind::Payment(crate::design::Payment(server))
        | Kind::Search(crate::design::Search(server))
        | Kind::Notification(crate::design::Notification(server))
        | Kind::Analytics(crate::design::Analytics(server))
        | Kind::Chat(crate::design::Chat(server)) => divide_server(divider, server, design),
        Kind::External(external) => divide_external(divider, external),
    }
}

fn divide_clients(divider: &mut Divider, clients: &mut Clients) {
    let Clients { arrivals: _, traffic, users, think: _, patience: _, refreshes: _, hesitation: _ } = clients;
    traffic.0.iter_mut().for_each(|(_, rate)| divider.rate(rate));
    if *users > 0 {
        divider.servers(users, "users in its closed population");
    }
}

/// Places in a bucket are what a burst finds: as many as servers must be left.
fn divide_limit(divider: &mut Divider, limit: &mut Option<Limit>) {
    let Some(Limit { algorithm, rate, burst, per, window }) = limit else { return };
    // Users come fewer, each as often: but it remembers only so many of them.
    divider.refuse_if(*per == Per::Client, "limits each user alone, of those that it remembers");
    use crate::design::Algorithm::{FixedWindow, LeakyBucket, SlidingWindow, TokenBucket};
    match algorithm {
        TokenBucket | LeakyBucket => divider.servers(burst, "requests in the bucket of its rate limit"),
        FixedWindow | SlidingWindow => {
            let most = rate.0 * window.as_secs_f64() / f64::from(divider.k);
            divider
                .refuse_if(most < f64::from(SERVERS_LEFT), "counts too few requests in the window of its rate limit");
        }
    }
    divider.rate(rate);
}

fn keep_health(health: &Option<HealthCheck>) {
    if let Some(HealthCheck { interval: _, timeout: _, unhealthy: _, healthy: _, slow_start: _ }) = health {}
}

fn divide_balancer(divider: &mut Divider, balancer: &mut LoadBalancer, design: &Design) {
    let LoadBalancer {
        strategy: _,
        health,
        outlier,
        hash_by: _,
        hash_bound: _,
        cores,
        concurrency,
        capacity,
        limit,
        tls,
        filter,
        compression,
        cache,
        shape,
    } = balancer;
    keep_health(health);
    if let Some(Outlier { errors: _, eject: _, most: _ }) = outlier {}
    // Open connections are users' own, and users become fewer, not rarer.
    if let Some(Tls { handshake: _, keep_alive: _ }) = tls {}
    if let Some(Filter { classes: _, cpu: _ }) = filter {}
    if let Some(Compression { ratio: _, cpu: _, least: _ }) = compression {}
    cores.iter_mut().for_each(|cores| divider.servers(cores, "cores"));
    concurrency.iter_mut().for_each(|slots| divider.servers(slots, "requests at once"));
    divider.places(capacity);
    divide_limit(divider, limit);
    if let Some(StaticCache { entries, ttl }) = cache {
        divider.run_out(*ttl, Copies::Static, design);
        divider.outdated(Copies::Static, design);
        divider.entries(entries, Copies::Static, design);
    }
    if let Some(Shape { rate, capacity }) = shape {
        divider.gate(rate);
        divider.places(capacity);
    }
}

fn divide_gateway(divider: &mut Divider, gateway: &mut ApiGateway) {
    let ApiGateway { auth, limit, cores, concurrency, capacity, boot: _ } = gateway;
    // Tokens are users' own, and users become fewer, not rarer.
    if let Some(Auth { verify: _, login: _, token: _ }) = auth {}
    divide_limit(divider, limit);
    divider.servers(cores, "cores");
    divider.servers(concurrency, "requests at once");
    divider.places(capacity);
}

fn divide_dns(divider: &mut Divider, dns: &mut Dns) {
    let Dns { policy: _, ttl: _, lookup: _, resolvers, health } = dns;
    keep_health(health);
    // Each resolver asks again when its answer is too old, however many users it has.
    divider.identical(resolvers, "resolvers");
}

/// Whether a server's identical instances are divided, each staying as it is; otherwise what is in it is.
pub fn is_fleet(divider: &Divider, server: &Server) -> bool {
    let least = server.autoscale.as_ref().map_or(server.instances, |group| group.min.min(group.max));
    divider.can_be_divided(least) && divider.can_be_divided(server.instances_at_start())
}

fn divide_server(divider: &mut Divider, server: &mut Server, design: &Design) {
    let group = server.autoscale.is_some() || server.instances > 1;
    if is_fleet(divider, server) || group && !divider.is_large(server.cores_there()) {
        divide_fleet(divider, server);
    } else {
        let (before, instances) = (divider.most, server.instances_at_start());
        divide_machine(divider, server, design);
        if group {
            // By a smaller number the instances can perhaps be divided.
            divider.most = before.min(divider.most.max(instances / INSTANCES_LEFT));
        }
    }
}

/// All else in a server stays as it is; `divide_machine` names every setting.
fn divide_fleet(divider: &mut Divider, server: &mut Server) {
    let mut instances = server.instances_at_start();
    let name = divider.name();
    divider.fleets.push(name);
    if let Some(Autoscale { min, max, target: _, interval: _, cooldown: _, start_up: _ }) = &mut server.autoscale {
        divider.identical(min, "instances at least");
        divider.identical(max, "instances at most");
    }
    divider.identical(&mut instances, "instances");
    server.instances = instances;
}

fn divide_machine(divider: &mut Divider, server: &mut Server, design: &Design) {
    let (there, memory_there, line_there) = (server.cores_there(), server.memory_there(), server.bandwidth_there());
    let resize_time = server.resize_time();
    let Server {
        cores,
        concurrency,
        capacity,
        cpu: _,
        speed: _,
        boot: _,
        size,
        memory,
        base_memory,
        bandwidth,
        resize,
        instances,
        spread: _,
        autoscale,
        shed,
        codel,
        degrade: _,
        order: _,
        warm_up: _,
        cold: _,
        consistency: _,
        index: _,
        answer_first: _,
        fan_out: _,
        batch,
        hold: _,
    } = server;
    if let Some(Autoscale { min: _, max: _, target: _, interval: _, cooldown: _, start_up: _ }) = autoscale {}
    if let Some(Shed { low: _, normal: _, high: _ }) = shed {}
    if let Some(Codel { target: _, interval: _ }) = codel {}
    if let Some(Batch { size: _, every: _, cpu: _ }) = batch {
        divider.refuse("fills batches, which would take longer to fill");
    }
    let many = if *instances > 1 || autoscale.is_some() { " in each instance" } else { "" };
    // What its size gives is said in figures now.
    (*cores, *memory, *bandwidth, *resize, *size) = (there, memory_there, line_there, Some(resize_time), None);
    divider.servers(cores, &format!("cores{many}"));
    divider.servers(concurrency, &format!("requests at once{many}"));
    divider.places(capacity);
    memory.iter_mut().for_each(|memory| divider.bytes(memory));
    divider.bytes(base_memory);
    bandwidth.iter_mut().for_each(|line| divider.line(line, largest(design)));
}

/// The stores of a CDN: an edge for each region with users and for each clients in no region, and the shield.
fn stores(cdn: &Cdn, design: &Design) -> u32 {
    let mut near: Vec<&str> = Vec::new();
    for users in design.components.iter().filter(|component| matches!(component.kind, Kind::Clients(_))) {
        let place = users.region.as_deref().unwrap_or(&users.name);
        if !near.contains(&place) {
            near.push(place);
        }
    }
    near.len() as u32 + u32::from(cdn.shield)
}

fn divide_cdn(divider: &mut Divider, cdn: &mut Cdn, design: &Design) {
    divider.remember(stores(cdn, design), Copies::Static, design);
    let Cdn {
        memory,
        eviction: _,
        ttl,
        ttl_jitter: _,
        coalesce: _,
        lease: _,
        shield: _,
        shield_latency: _,
        lookup: _,
        concurrency,
        capacity,
    } = cdn;
    divider.run_out(*ttl, Copies::Static, design);
    divider.outdated(Copies::Static, design);
    divider.memory(memory, Copies::Static, design);
    divider.servers(concurrency, "look-ups at once");
    divider.places(capacity);
}

fn divide_cache(divider: &mut Divider, cache: &mut Cache, design: &Design) {
    let Cache {
        entries,
        memory,
        eviction: _,
        ttl,
        ttl_jitter: _,
        mode,
        invalidate: _,
        coalesce: _,
        lease: _,
        flush_every: _,
        batch: _,
        lookup: _,
        concurrency,
        capacity,
        boot: _,
    } = cache;
    divider.refuse_if(*mode == CacheMode::WriteBehind, "writes later, and many writes of a popular key become one");
    // Deleted or not: a popular copy is filled again with what a reader has read before the write.
    divider.outdated(Copies::Data, design);
    divider.run_out(*ttl, Copies::Data, design);
    divider.entries(entries, Copies::Data, design);
    memory.iter_mut().for_each(|memory| divider.memory(memory, Copies::Data, design));
    divider.remember(1, Copies::Data, design);
    divider.servers(concurrency, "look-ups at once");
    divider.places(capacity);
}

fn divide_database(divider: &mut Divider, database: &mut Database, design: &Design) {
    let Database {
        read: _,
        write: _,
        concurrency,
        connections,
        boot: _,
        cores,
        disk,
        buffer,
        locks,
        contention,
        coherency,
        // Replicas are refused as a whole, see `policies::replicas`.
        replication: _,
        apply: _,
        failover: _,
        quorum,
    } = database;
    let writes = design.classes.iter().any(|class| class.cost.writes > 0);
    divider.refuse_if(*locks && writes, "locks rows, and the row of a popular key is a single server");
    let crowded = *contention > 0.0 || *coherency > 0.0;
    divider.refuse_if(crowded, "slows down by the number of statements in progress");
    // A read that is repaired asks all nodes, and hints are kept as long, for each request as before.
    if let Some(Quorum { n, r, w, read_repair: _, hints: _ }) = quorum {
        divider.refuse_if(writes && *r + *w <= *n, "may read what is outdated, by each key's own rate");
    }
    divider.servers(concurrency, "statements at once");
    divider.places(connections);
    cores.iter_mut().for_each(|cores| divider.servers(cores, "cores"));
    if let Some(Disk { iops, depth, group_commit }) = disk {
        divider.refuse_if(*group_commit, "writes its log for many at once");
        // A page takes as long as before: fewer at once, as many fewer a second.
        divider.servers(depth, "pages at once on its disk");
        divider.places(iops);
    }
    buffer.iter_mut().for_each(|buffer| divider.entries(buffer, Copies::Data, design));
}

fn divide_router(divider: &mut Divider, router: &ShardRouter) {
    let ShardRouter { strategy: _, bounded_load: _, rebalance } = router;
    // As many keys as before move in as long as before; their copying is not divided.
    let copied = rebalance.0 * f64::from(divider.k - 1);
    divider.too_far_if(copied > MOVED * divider.peak, "copies so many keys a second that they count");
}

fn divide_storage(divider: &mut Divider, storage: &mut ObjectStorage, design: &Design) {
    let ObjectStorage { latency: _, bandwidth, concurrency, capacity } = storage;
    divider.line(bandwidth, largest(design));
    divider.servers(concurrency, "requests at once");
    divider.places(capacity);
}

fn divide_external(divider: &mut Divider, external: &mut External) {
    let External { latency: _, concurrency, capacity, limit, price: _ } = external;
    divide_limit(divider, limit);
    divider.servers(concurrency, "calls at once");
    divider.places(capacity);
}
