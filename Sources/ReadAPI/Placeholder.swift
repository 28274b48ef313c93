enum ReadAPIModule {}
