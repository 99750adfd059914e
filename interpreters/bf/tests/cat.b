Copies its input up to the end
,[.,]
