enum ImportersModule {}
