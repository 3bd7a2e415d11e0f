// `run <properties> [group]` reads what is on the topics now and prints the reminders; `corpus <folder>`
// proves that every record is read right.
import { readFileSync } from "node:fs";

import { Kafka, logLevel, type IHeaders, type KafkaConfig } from "kafkajs";

import { failures } from "./corpus.js";
import { decode } from "./decode.js";
import { Store } from "./store.js";

const TOPICS = ["ongoza.users", "ongoza.progress", "ongoza.recommendations"];

// How to reach Kafka and log in, from a file of librdkafka's properties, a line `name=value` each.
function connection(file: string): KafkaConfig {
  const lines = readFileSync(file, "utf8").split("\n");
  const found = new Map(lines.map((line) => [line.split("=", 1)[0], line.slice(line.indexOf("=") + 1)]));
  const [username, password] = [found.get("sasl.username"), found.get("sasl.password")];
  return {
    brokers: (found.get("bootstrap.servers") ?? "").split(","),
    ssl: (found.get("security.protocol") ?? "").endsWith("SSL"),
    ...(username && password ? { sasl: { mechanism: "scram-sha-512", username, password } } : {}),
  };
}

async function run(file: string, group = "learner-reminders"): Promise<void> {
  const kafka = new Kafka({ ...connection(file), clientId: "learner-reminders", logLevel: logLevel.ERROR });
  const admin = kafka.admin();
  await admin.connect();
  const left = new Map<string, bigint>();
  for (const topic of TOPICS) {
    for (const { partition, low, high } of await admin.fetchTopicOffsets(topic)) {
      if (BigInt(high) > BigInt(low)) left.set(`${topic}/${partition}`, BigInt(high));
    }
  }
  await admin.disconnect();

  const store = new Store();
  const consumer = kafka.consumer({ groupId: `${group}-${Date.now()}` });
  await consumer.connect();
  await consumer.subscribe({ topics: TOPICS, fromBeginning: true });
  if (left.size > 0) {
    await new Promise<void>((done, failed) => {
      consumer.on(consumer.events.CRASH, ({ payload }) => failed(payload.error));
      // Not the offset of the last record: behind it there may be markers of transactions, and records
      // of aborted ones, which are read and not delivered.
      consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
        const partition = `${payload.topic}/${payload.partition}`;
        if (BigInt(payload.lastOffset) + 1n >= (left.get(partition) ?? 0n)) left.delete(partition);
        if (left.size === 0) done();
      });
      consumer
        .run({
          autoCommit: false,
          eachMessage: async ({ topic, partition, message }) => {
            const read = decode({ headers: pairs(message.headers), value: message.value });
            if (read.outcome === "refused") console.error(topic, partition, message.offset, read.code);
            store.take(read);
          },
        })
        .catch(failed);
    });
  }
  await consumer.disconnect();
  console.log(JSON.stringify(store.reminders()));
}

function pairs(headers: IHeaders | undefined): [string, Buffer][] {
  return Object.entries(headers ?? {}).flatMap(([name, value]) =>
    [value].flat().flatMap((one): [string, Buffer][] => (one == null ? [] : [[name, Buffer.from(one)]])),
  );
}

const [command, argument, group] = process.argv.slice(2);
if (command === "run" && argument) {
  await run(argument, group);
} else if (command === "corpus" && argument) {
  const { count, failed } = failures(argument);
  console.log(`${count} cases, ${failed.length} failed${failed.length ? ": " : ""}${failed.join(", ")}`);
  process.exitCode = failed.length || !count ? 1 : 0;
} else {
  console.error("usage: main.js run <properties> [group] | corpus <folder>");
  process.exitCode = 2;
}
