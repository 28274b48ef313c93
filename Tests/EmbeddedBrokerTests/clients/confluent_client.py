"""confluent-kafka (librdkafka) against the broker at argv[1]: every codec, admin, offsets, refusals."""

import sys

from confluent_kafka import Consumer, ConsumerGroupTopicPartitions, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, ConfigResource, NewPartitions, NewTopic, OffsetSpec

from harness import check

address = sys.argv[1]
topic = "confluent"
admin = AdminClient({"bootstrap.servers": address})
admin.create_topics([NewTopic(topic, 2, 1, config={"retention.ms": "999999999999"})])[topic].result()


def refused(future):
    try:
        future.result()
        return None
    except KafkaException as error:
        return error.args[0].name()


def create(name, partitions=1, factor=1, **config):
    return refused(admin.create_topics([NewTopic(name, partitions, factor, config=config)])[name])


check(create(topic) == "TOPIC_ALREADY_EXISTS", "the same topic twice is refused")
check(create("three", factor=3) == "INVALID_REPLICATION_FACTOR", "three replicas are refused")
check(create("a/b") == "TOPIC_EXCEPTION", "a bad name is refused")
check(create("compacted", **{"cleanup.policy": "compact"}) == "INVALID_CONFIG", "compaction is refused")
check(create("odd", **{"no.such.setting": "1"}) == "INVALID_CONFIG", "an unknown setting is refused")

for codec in ("none", "gzip", "snappy", "lz4", "zstd"):
    producer = Producer({"bootstrap.servers": address, "compression.type": codec, "enable.idempotence": True})
    for i in range(200):
        producer.produce(topic, b"x" * 100 + str(i).encode(), partition=i % 2, timestamp=1_000_000 + i * 1000)
    check(producer.flush(10) == 0, "200 records acknowledged, codec %s" % codec)

consumer = Consumer({
    "bootstrap.servers": address, "group.id": "ck", "auto.offset.reset": "earliest", "enable.partition.eof": True,
    "enable.auto.commit": False, "check.crcs": True})
consumer.subscribe([topic])
seen, ends = [], set()
while len(ends) < 2:
    message = consumer.poll(10)
    check(message is not None, "records keep coming") if message is None else None
    if message.error():
        ends.add(message.partition())
    else:
        seen.append((message.partition(), message.offset()))
check(sorted(seen) == [(p, o) for p in range(2) for o in range(500)], "every record once, in offset order")
committed = consumer.commit(asynchronous=False)
check({p.offset for p in committed} == {500}, "commit")
check(consumer.get_watermark_offsets(TopicPartition(topic, 0)) == (0, 500), "watermarks")
by_time = consumer.offsets_for_times([TopicPartition(topic, 0, 1_000_000 + 50 * 1000)])
check(by_time[0].offset == 25, "offset by time is exact in an uncompressed batch", by_time)
description = admin.describe_consumer_groups(["ck"])["ck"].result()
check(description.state.name == "STABLE" and len(description.members) == 1, "the group is described")
listed = admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions("ck")])["ck"].result()
check({p.offset for p in listed.topic_partitions} == {500}, "offsets of the group are listed")
latest = list(admin.list_offsets({TopicPartition(topic, 1): OffsetSpec.latest()}).values())[0].result()
check(latest.offset == 500, "latest offset")
resource = ConfigResource(ConfigResource.Type.TOPIC, topic)
settings = admin.describe_configs([resource])[resource].result()
check(settings["retention.ms"].value == "999999999999", "the topic's setting is described")
admin.create_partitions([NewPartitions(topic, 5)])[topic].result()
check(len(admin.list_topics(topic).topics[topic].partitions) == 5, "partitions are added")
check(refused(admin.delete_consumer_groups(["ck"])["ck"]) == "NON_EMPTY_GROUP", "a group with members is not deleted")
consumer.close()
check(refused(admin.delete_consumer_groups(["ck"])["ck"]) is None, "the empty group is deleted")

transactional = Producer({"bootstrap.servers": address, "transactional.id": "t", "log_level": 0})
try:
    transactional.init_transactions(20)
    check(False, "transactions are refused")
except KafkaException as error:
    check(error.args[0].fatal(), "transactions are refused, finally", error)

missing = Producer({"bootstrap.servers": address, "message.timeout.ms": 2000, "log_level": 0})
outcome = []
missing.produce("nobody-made-this", b"x", on_delivery=lambda error, _: outcome.append(error))
missing.flush(20)
check(outcome and outcome[0] is not None, "an unknown topic is not made by producing to it")
admin.delete_topics([topic])[topic].result()
check(topic not in admin.list_topics().topics, "the topic is deleted")
