enum EmbeddedBrokerModule {}
