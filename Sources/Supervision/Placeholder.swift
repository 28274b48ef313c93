enum SupervisionModule {}
