"""kafka-python against the broker at argv[1]: admin, produce, group consume, offsets."""

import sys

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient, NewTopic

from harness import check

address = sys.argv[1]
topic = "kafka-python"
admin = KafkaAdminClient(bootstrap_servers=address)
admin.create_topics([NewTopic(topic, 3, 1)])
check(topic in admin.list_topics(), "the topic is listed")

for codec in (None, "gzip"):
    producer = KafkaProducer(bootstrap_servers=address, acks="all", compression_type=codec)
    sent = [producer.send(topic, b"value %d" % i, key=b"%d" % i) for i in range(300)]
    producer.flush()
    check(all(future.get(5).offset >= 0 for future in sent), "300 records acknowledged, codec %s" % codec)
    producer.close()

consumer = KafkaConsumer(
    topic, bootstrap_servers=address, group_id="kp", auto_offset_reset="earliest", enable_auto_commit=False)
seen = []
while len(seen) < 600:
    batch = consumer.poll(5000)
    check(len(batch) > 0, "records keep coming")
    for records in batch.values():
        seen += [record.value for record in records]
check(sorted(seen) == sorted([b"value %d" % i for i in range(300)] * 2), "every record once")
consumer.commit()
partitions = [TopicPartition(topic, i) for i in range(3)]
ends = consumer.end_offsets(partitions)
check(sum(ends.values()) == 600, "end offsets add up")
check(set(consumer.beginning_offsets(partitions).values()) == {0}, "beginning offsets are 0")
check(all(consumer.committed(p) == ends[p] for p in partitions), "what was committed is what is read back")
times = consumer.offsets_for_times({p: 0 for p in partitions})
check(all(times[p].offset == 0 for p in partitions), "offsets by time")
groups = [group["group_id"] for group in admin.list_groups()]
check("kp" in groups, "the group is listed")
check(admin.describe_groups(["kp"])["kp"]["group_state"] == "Stable", "the group is stable")
consumer.close()

again = KafkaConsumer(
    topic, bootstrap_servers=address, group_id="kp", auto_offset_reset="earliest", consumer_timeout_ms=1000)
check(sum(1 for _ in again) == 0, "a second consumer of the group gets nothing again")
again.close()
admin.delete_topics([topic])
check(topic not in admin.list_topics(), "the topic is deleted")
admin.close()
