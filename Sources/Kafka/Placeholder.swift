enum KafkaModule {}
